import { type Policy, parsePolicy } from "./policy.ts";

const fifteenMinutesMs = 15 * 60_000;

/** The policy of a new installation: people use and share what is theirs, administrators need a fresh second factor. */
export const defaultPolicy: Policy = parsePolicy({
  roles: {
    user: {
      own: [
        "analysis.*",
        "user.read",
        "user.update",
        "user.export",
        "user.erase",
        "api-key.*",
        "grant.*",
        "usage.read",
        "approval.read",
        "approval.withdraw",
        "delegation.revoke",
        "audit.history",
        "user.set-password",
        "user.end-sessions",
      ],
      organization: ["organization.delegate", "organization.read", "organization.read-members"],
    },
    // Approves what others ask for, and reads nothing of it.
    custodian: { own: ["user.read"], any: ["approval.read", "approval.decide"] },
    // Sees what is disputed, as long as it is, and answers it.
    reviewer: { own: ["user.read"], any: ["analysis.review"] },
    // Held in an organisation, the same role administers that organisation alone.
    admin: {
      any: [
        "analysis.delete",
        "analysis.count",
        "user.*",
        "api-key.list",
        "api-key.revoke",
        "grant.list",
        "grant.revoke",
        "usage.*",
        "policy.*",
        "organization.register",
        "organization.change-members",
        "organization.read",
        "organization.read-members",
        "geography.read-rule",
        "geography.change-rule",
        "geography.change-networks",
        "audit.read",
      ],
    },
    service: { any: ["service.sweep"] },
    operator: { any: ["*"] },
  },
  roles_of_kind: { user: ["user"], local: ["operator"], service: ["service"] },
  rules: [
    {
      id: "nobody-reviews-what-is-their-own",
      effect: "deny",
      permissions: ["analysis.review"],
      when: { relation: "owner" },
    },
    {
      id: "step-up-for-what-is-not-yours",
      effect: "deny",
      permissions: [
        "analysis.delete",
        "user.erase",
        "user.export",
        "user.update",
        "user.assign-roles",
        "user.create",
        "user.change-plan",
        "user.set-password",
        "policy.change",
        "usage.change",
        "organization.register",
        "organization.change-members",
        "geography.change-rule",
      ],
      when: {
        all: [
          { not: { relation: "owner" } },
          { not: { multi_factor: { within_ms: fifteenMinutesMs } } },
          { principal_kind: "user" },
        ],
      },
    },
  ],
});
