/**
 * The role of custodians: they see requests and decide on them. It holds no permission to read what is asked about: whoever
 * guards data need not see them.
 */
export const custodianRole = {
  name: "custodian",
  permissions: ["approval.read", "approval.decide"],
} as const;
