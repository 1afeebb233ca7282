import { noon } from "../fixtures/stores.ts";

/** When delegations of the tests end, epoch milliseconds. */
export const tomorrow = noon + 86_400_000;

/** Things of one owner, or of nobody. */
export interface Target {
  readonly requestId: string;
  readonly userId: string;
  readonly prefix: string;
  /** Of a request for approval that the user made. */
  readonly approvalId: string;
  /** That the user administers. */
  readonly organizationId: string;
  /** Of one that the user gave to `somebody`. */
  readonly delegationId: string;
}

/** How an operation is asked for, and to whom what it acts on belongs. */
export interface OperationCase {
  /** `owned`: a thing that is somebody's; `self`: always the caller's; `operator`: nobody's of the eight callers. */
  readonly of: "owned" | "self" | "operator";
  input(target: Target): unknown;
  /** Allowed to those with whom `analysis.read` is shared. */
  readonly sharedByRead?: true;
  /** Code with which the handler itself fails on the things of this test. */
  readonly failure?: string;
}

const ofAnalysis = { of: "owned", input: ({ requestId }: Target) => ({ requestId }) } as const;
const readAnalysis = { ...ofAnalysis, sharedByRead: true } as const;
const ofUser = { of: "owned", input: ({ userId }: Target) => ({ userId }) } as const;
const noImage = {
  of: "self",
  input: () => ({ bytes: new Uint8Array([1, 2, 3]) }),
  failure: "image.unsupported-format",
} as const;
const grantee = { kind: "user", id: "somebody" };
const ofGrant = {
  of: "owned",
  input: ({ requestId: id }: Target) => ({ resource: { kind: "analysis", id }, grantee, permission: "analysis.read" }),
} as const;
const ofApproval = { of: "owned", input: ({ approvalId }: Target) => ({ approvalId }) } as const;
const recipient = { id: "court", sealing_key: "AAAA" };
const ofRelease = {
  of: "owned",
  input: ({ requestId }: Target) => ({ requestId, recipient, approvalId: "r1", openingId: "o1" }),
  failure: "analysis.image-not-saved",
} as const;
const ofOrganization = { of: "owned", input: ({ organizationId }: Target) => ({ organizationId }) } as const;
const roles = ["admin"];
/** An organisation, and a person. */
const company = {
  kind: "company",
  legal_name: "Galería Ltda.",
  country: "CR",
  contact_email: "info@example.org",
  legal_representative: "R. Mora",
  registration_number: "3-101-123456",
  tax_number: "3101123456",
};
const person = {
  kind: "natural_person",
  given_name: "Ada",
  family_name: "Mora",
  document_number: "1-2345-6789",
  document_country: "CR",
  email: "ada@example.org",
};
const member = { userId: "somebody", roles };
const rule = { countries: ["CR"], unknown_country: "refuse", stale_database: "use", missing_database: "refuse" };
const question = {
  caller: { principal: { kind: "user", id: "ada" } },
  permission: "analysis.read",
  resource: { kind: "analysis" },
};
const policy = { roles: {}, rules: [] };
const operator = (input: unknown = {}): OperationCase => ({ of: "operator", input: () => input });
const subjectOf = ({ userId }: Target) => ({ kind: "user", id: userId });

/** One case for every operation of core; a test fails for one that is not here. */
export const operationCases: Record<string, OperationCase> = {
  "analysis.create": noImage,
  "analysis.submit": noImage,
  "analysis.read": readAnalysis,
  "analysis.heat-map": { ...readAnalysis, failure: "analysis.heat-map-not-kept" },
  "analysis.versions": readAnalysis,
  "analysis.explain-retention": readAnalysis,
  "analysis.list": ofUser,
  "analysis.find-similar": ofAnalysis,
  "analysis.reanalyze": { ...ofAnalysis, failure: "analysis.image-not-saved" },
  "analysis.withdraw-consent": { ...ofAnalysis, failure: "privacy.no-consent" },
  "analysis.delete": ofAnalysis,
  "analysis.count": operator(),
  "analysis.dispute": { of: "owned", input: ({ requestId }) => ({ requestId, reason: "It hung in my kitchen." }) },
  "analysis.disputed": operator(),
  "analysis.read-disputed": { ...ofAnalysis, of: "operator" },
  "analysis.review": { of: "operator", input: ({ requestId }) => ({ requestId, note: "A later frame." }) },
  "user.read": ofUser,
  "user.update-profile": { of: "owned", input: ({ userId }) => ({ userId, company: "Museum" }) },
  "user.quota": ofUser,
  "user.export": ofUser,
  "user.erase": ofUser,
  "api-key.create": { of: "owned", input: ({ userId }) => ({ userId, name: "two" }) },
  "api-key.list": ofUser,
  "api-key.revoke": { of: "owned", input: ({ userId, prefix }) => ({ userId, prefix }) },
  "grant.create": ofGrant,
  "grant.revoke": ofGrant,
  "grant.list": { of: "owned", input: ({ requestId: id }) => ({ resource: { kind: "analysis", id } }) },
  "grant.received": { of: "self", input: () => ({}) },
  "policy.read": operator(),
  "policy.change": operator({ policy, expected: 0 }),
  "policy.revert": operator({ version: 0, expected: 0 }),
  "policy.explain": operator(question),
  "policy.simulate": operator({ policy, requests: [question] }),
  "usage.read": { of: "owned", input: (target) => ({ subject: subjectOf(target) }) },
  "usage.assign-plan": { of: "operator", input: (target) => ({ subject: subjectOf(target), plan: "standard" }) },
  "usage.suspend": { of: "operator", input: (target) => ({ subject: subjectOf(target), because: "test" }) },
  "usage.resume": { of: "operator", input: (target) => ({ subject: subjectOf(target) }) },
  "service.sweep": operator(),
  "approval.read": ofApproval,
  "approval.withdraw": ofApproval,
  "approval.challenge": { ...ofApproval, of: "operator" },
  "approval.decide": {
    of: "operator",
    input: ({ approvalId }) => ({ approvalId, decision: "approve", nonce: "n", decidedAt: 1, signature: "AAAA" }),
  },
  "evidence.request-release": { ...ofRelease, input: ({ requestId }) => ({ requestId, recipient }) },
  "evidence.release": ofRelease,
  "evidence.review": { of: "operator", input: ({ approvalId }) => ({ approvalId, openingId: "o1" }) },
  "evidence.hand-over": {
    of: "operator",
    input: ({ approvalId }) => ({ approvalId, openingId: "o1", holder: "ana", sealed: "AAAA" }),
  },
  "user.create": operator({ userId: "new", email: "new@example.org", roles }),
  "user.list": operator(),
  "user.change-plan": { of: "operator", input: ({ userId }) => ({ userId, account_tier: "Enterprise" }) },
  "user.roles": ofUser,
  "user.set-password": {
    of: "owned",
    input: ({ userId }) => ({ userId, password: "vivalaliga", current_password: "former" }),
  },
  "user.end-sessions": ofUser,
  "organization.read": ofOrganization,
  "organization.members": ofOrganization,
  "organization.register": operator({ organizationId: "new", entity: company }),
  "organization.add-member": {
    ...ofOrganization,
    input: ({ organizationId }) => ({ organizationId, ...member }),
  },
  "organization.remove-member": {
    ...ofOrganization,
    input: ({ organizationId }) => ({ organizationId, userId: "somebody" }),
  },
  "organization.delegate": {
    ...ofOrganization,
    input: ({ organizationId }) => ({ organizationId, ...member, validUntil: tomorrow, approvalId: "agreed" }),
  },
  "delegation.revoke": {
    of: "owned",
    input: ({ delegationId }) => ({ userId: "somebody", delegationId }),
  },
  "user.assign-roles": { of: "operator", input: ({ userId }) => ({ userId, roles }) },
  "user.register-person": { of: "owned", input: ({ userId }) => ({ userId, entity: person }) },
  "geography.read-rule": ofOrganization,
  "geography.change-rule": { ...ofOrganization, input: ({ organizationId }) => ({ organizationId, rule }) },
  "geography.change-networks": {
    ...ofOrganization,
    input: ({ organizationId }) => ({ organizationId, networks: ["192.0.2.0/24"], approvalId: "agreed" }),
  },
};
