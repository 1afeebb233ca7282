export type { ApprovalInput, ApprovalRequest, Challenge, SignedDecision } from "./approvals/approval-request.ts";
export { type ApprovalState, approvalStates, approvalTransitions } from "./approvals/approval-states.ts";
export {
  type ApprovalItem,
  type AssignmentItem,
  type Custodian,
  type CustodianPlace,
  custodianPlaces,
  custodianSchema,
  defineApprovalTable,
} from "./approvals/approval-table.ts";
export { Approvals, type ApprovalsOptions, openApprovals } from "./approvals/approvals.ts";
export { canonicalHash, canonicalJson } from "./approvals/canonical-json.ts";
export { CustodianRegistry, type Custodians } from "./approvals/custodian-registry.ts";
export { custodianRole } from "./approvals/custodian-role.ts";
export {
  type Decision,
  type DecisionStatement,
  decisionBytes,
  decisions,
  newSigningKeys,
  signDecision,
} from "./approvals/decision.ts";
export { type DeliverOptions, fileSink, type Notice, type NoticeSink } from "./approvals/outbox.ts";
export type { AuditDetails, AuditEvent, AuditLog, AuditOutcome } from "./audit/audit-log.ts";
export type {
  Authentication,
  OrganizationMembership,
  Principal,
  SecurityContext,
} from "./identity/security-context.ts";
export type { CustodianPair, RecoveryPlan, RecoverySet, ShareHolder } from "./keys/ceremony.ts";
export { resealShare, type ShareRequest } from "./keys/custodian-share.ts";
export type { DataKey, DataKeys } from "./keys/data-keys.ts";
export { type EncryptedObjectsOptions, encryptedObjects, type ObjectContext } from "./keys/encrypted-object-store.ts";
export { type KeyAlgorithm, keyAlgorithms, type PublicKey } from "./keys/entity-key-pair.ts";
export {
  type EntityKeyInfo,
  EntityKeys,
  type EntityKeysOptions,
  type KeyApprovals,
  type NewEntityKeys,
  type OpenedKey,
  openEntityKeys,
} from "./keys/entity-keys.ts";
export type { KeyContext } from "./keys/key-context.ts";
export type { AskedOpening, KeyOpening, OpeningInput, OpeningPurpose } from "./keys/key-openings.ts";
export type { KeyCallOptions, KeyProvider, WrappedKey } from "./keys/key-provider.ts";
export type { RotationPlan, StagedRotation } from "./keys/key-rotation.ts";
export { defineKeyTable, type KeyItem, type Protection, protections } from "./keys/key-table.ts";
export {
  type KeyringSecret,
  LocalKeyring,
  type LocalKeyringOptions,
  openLocalKeyring,
} from "./keys/local-keyring.ts";
export { newSealingKeys, type SealingKeys } from "./keys/sealed-box.ts";
