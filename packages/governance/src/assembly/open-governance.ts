import {
  Admissions,
  ApiKeyRepository,
  type ArtGuard,
  type ArtGuardOptions,
  createArtGuard,
  defineAnalysisTable,
  defineUserTable,
  type ImageStores,
  type ObjectStore,
  quotaGate,
  type ServerSecret,
  type TableStore,
  type Tiers,
  UserRepository,
} from "@artguard/core";
import { type AccessControl, type AccessOptions, openAccess } from "../access/access-control.ts";
import { type Approvals, type ApprovalsOptions, openApprovals } from "../approvals/approvals.ts";
import { CustodianGate } from "../approvals/custodian-gate.ts";
import { type EntityOf, owningEntity } from "../approvals/entity-of.ts";
import { type AuditLogOptions, openAuditLog, type TableAuditLog } from "../audit/open-audit-log.ts";
import { evidenceOperations } from "../evidence/evidence-operations.ts";
import { EvidenceReleases } from "../evidence/evidence-releases.ts";
import { openProtectedImages } from "../evidence/protected-images.ts";
import { type GeographyOptions, openGeography } from "../geography/geography.ts";
import { geographyOperations } from "../geography/geography-operations.ts";
import { accountOperations, passwordOperations } from "../identity/account-operations.ts";
import type { DevelopmentIssuerOptions } from "../identity/development-issuer.ts";
import { directoryOperations } from "../identity/directory-operations.ts";
import { type Identity, type IdentityOptions, openIdentity } from "../identity/open-identity.ts";
import type { SecurityContext } from "../identity/security-context.ts";
import { type EntityKeys, openEntityKeys } from "../keys/entity-keys.ts";
import type { KeyProvider } from "../keys/key-provider.ts";
import type { Protection } from "../keys/key-table.ts";
import { findAnalysis } from "../operation/core-operations/analysis-operations.ts";
import { approvalOperations } from "../operation/core-operations/approval-operations.ts";
import { createGovernance, type Governance, type GovernanceOptions } from "../operation/create-governance.ts";
import type { AnyOperation } from "../operation/operation.ts";
import { openUsage, type Usage, type UsageOptions } from "../usage/usage.ts";
import { reauthorise } from "./reauthorise.ts";

/** Stores, and the keys of the installation. */
export interface GovernancePlace {
  readonly tables: TableStore;
  /** Where images are kept; what is written there is encrypted unless `protection` is `none`. */
  readonly objects: ObjectStore | ImageStores;
  /** The platform's own keys. */
  readonly provider: KeyProvider;
  /** Of `newAuditKeyPair`. */
  readonly signingKey: string;
  /** At least 32 random bytes, the same in every process: pseudonyms, API keys, the embedded issuer. */
  readonly secret: ServerSecret;
}

/** Options of {@link openGovernance}; everything that is not a store or a key has a default. */
export interface OpenGovernanceOptions
  extends GovernancePlace,
    Pick<GovernanceOptions, "approvalFor" | "finders" | "onAuditFailure" | "settleMs"> {
  /** The cues to apply, e.g. `forensicDetectors()`. */
  readonly detectors: ArtGuardOptions["detectors"];
  /** How stored images are protected; default `envelope`. */
  readonly protection?: Protection;
  /** Whose keys and custodians guard a thing; default the organisation that it belongs to, else the person. */
  readonly entityOf?: EntityOf;
  /** Counts monthly quotas by these tiers; default none is counted. */
  readonly tiers?: Tiers;
  readonly analysis?: Pick<
    ArtGuardOptions,
    | "isolation"
    | "concurrency"
    | "limits"
    | "retention"
    | "deadlineMs"
    | "policy"
    | "announcements"
    | "onAnnouncementFailure"
    | "vision"
    | "remoteDetectors"
    | "knowledge"
    | "language"
    | "evidenceBudgetMs"
  >;
  readonly access?: Pick<AccessOptions, "policy" | "policyCacheMs">;
  readonly approvals?: Pick<ApprovalsOptions, "windowMs" | "challengeMs" | "remindAfterMs">;
  readonly audit?: Pick<AuditLogOptions, "addresses" | "mirror" | "retiredKeys">;
  /** Default nobody asks where requests come from. */
  readonly geography?: Pick<GeographyOptions, "trustedProxies" | "database">;
  /**
   * Default API keys are believed, and no tokens. `development` opens the embedded issuer, `anonymous` sessions of callers
   * without an account.
   */
  readonly identity?: Pick<IdentityOptions, "issuers" | "provision"> & {
    readonly development?: Omit<DevelopmentIssuerOptions, "secret">;
    readonly anonymous?: boolean;
  };
  readonly usage?: Pick<UsageOptions, "plans" | "defaultPlans">;
  /** Operations of packages above, which may use what was opened. */
  readonly operations?: (rooms: GovernanceRooms) => readonly AnyOperation[];
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** The rooms, for set-up and for packages above. Nothing in them asks who calls: that is what operations are for. */
export interface GovernanceRooms {
  readonly artguard: ArtGuard;
  readonly users: UserRepository;
  readonly apiKeys: ApiKeyRepository;
  readonly audit: TableAuditLog;
  readonly access: AccessControl;
  readonly usage: Usage;
  readonly identity: Identity;
  readonly approvals: Approvals;
  readonly keys: EntityKeys;
}

/** Everything, assembled. Disposing it ends the analyses and waits for the audit log; stores stay open. */
export interface OpenGovernance extends Governance, GovernanceRooms, AsyncDisposable {
  /** Requests for approval, as operations. */
  readonly approval: ReturnType<typeof approvalOperations>;
  /** Releases of stored images to other parties, as operations. */
  readonly evidence: ReturnType<typeof evidenceOperations>;
  /** Organisations, members, roles and delegations, as operations. */
  readonly directory: ReturnType<typeof directoryOperations>;
  /** Accounts, for administrators, as operations. */
  readonly account: ReturnType<typeof accountOperations>;
  /** Passwords and sessions, as operations; absent without `identity.development` in the options. */
  readonly password?: ReturnType<typeof passwordOperations>;
  /** From where members may act, as operations; absent without `geography` in the options. */
  readonly geography?: ReturnType<typeof geographyOperations>;
}

/**
 * Opens all rooms over the same stores, wired together: approvals stand before operations, delegations and changes of
 * networks and are used only by whoever may still do it; images are encrypted for whom they belong to; an erasure destroys
 * keys, identity and pseudonym, too. Tables have their default names; with others assemble `createGovernance` by hand.
 *
 * @throws ArtGuardError what the rooms say of their options, `storage.*`
 * @example
 * await using place = await openFolderPlace();
 * await using governance = await openGovernance({ ...place, detectors: forensicDetectors() });
 * const { run, core } = governance;
 * const analysis = await run(core.analysis.create, { bytes }, { credential: { kind: "token", token } });
 */
export async function openGovernance(options: OpenGovernanceOptions): Promise<OpenGovernance> {
  const { now = Date.now, entityOf = owningEntity, protection = "envelope", ...given } = options;
  const { tables, provider, signingKey, secret } = given;
  const { accounts, admissions } = await openAccounts(options, now);
  const audit = await openAuditLog({ ...given.audit, tables, objects: rawOf(given.objects), signingKey, secret, now });
  const access = await openAccess({ ...given.access, tables, now });
  const usage = await openUsage({ ...given.usage, tables, ...(admissions && { admissions }), now });
  const approvals = await openApprovals({
    ...{ ...given.approvals, tables, audit, now },
    // What these two need is opened below; until then nobody can ask.
    authorize: (context, request, asked) => authorize(context, request, asked),
    delegatesOf: (userId) => identity.directory.delegations.delegatesOf(userId),
  });
  const gate = new CustodianGate(approvals, entityOf);
  const identity = await openIdentity({
    ...{ ...identityOf(options), ...accounts, tables, approvals: gate, audit, now },
    permissionsOf: (caller) => access.permissionsOf(caller),
  });
  const keys = await openEntityKeys({ tables, provider, approvals, audit, now });
  const images = await openProtectedImages({ tables, objects: given.objects, keys, protection, entityOf, now });
  const { objects } = images;
  const admission = admissions && { admission: quotaGate(admissions) };
  const { detectors } = given;
  const artguard = await createArtGuard({ ...given.analysis, detectors, tables, objects, ...admission, now });
  const rooms: GovernanceRooms = { artguard, ...accounts, audit, access, usage, identity, approvals, keys };
  const approval = approvalOperations(approvals);
  const evidence = evidenceOperations(new EvidenceReleases({ ...rooms, images, entityOf }), rooms);
  const { geography: places, operations, ...passed } = given;
  const geographyRoom = places && (await openGeography({ ...places, tables, audit, approvals: gate, now }));
  const directory = directoryOperations({ ...rooms, directory: identity.directory });
  const geography = geographyRoom && geographyOperations(geographyRoom, identity.directory);
  const issuer = identity.development;
  const account = accountOperations({ ...rooms, directory: identity.directory, ...(issuer && { issuer }) });
  const password = issuer && passwordOperations({ ...rooms, issuer });
  const optional = [...(geography ? [geography] : []), ...(password ? [password] : [])];
  const groups = [approval, evidence, directory, account, ...optional];
  const governance = await createGovernance({
    ...{ ...passed, ...rooms, objects, now, identity: identity.authenticator, approvals: gate },
    ...(admissions && { admissions }),
    ...(geographyRoom && { geography: geographyRoom }),
    operations: [...groups.flatMap((group) => Object.values<AnyOperation>(group)), ...(operations?.(rooms) ?? [])],
    erasers: erasersOf(rooms, entityOf),
  });
  const authorize = reauthorise({
    access,
    permissionOf: permissionsBy(governance.operations),
    findAnalysis: (id) => findAnalysis(artguard, id),
  });
  const close = async () => {
    await artguard[Symbol.asyncDispose]();
    await audit[Symbol.asyncDispose]();
  };
  const declared = {
    approval,
    evidence,
    directory,
    account,
    ...(geography && { geography }),
    ...(password && { password }),
  };
  return { ...governance, ...rooms, ...declared, [Symbol.asyncDispose]: close };
}

/** Openings of keys are no operations; their permission has their name. */
function permissionsBy(operations: readonly AnyOperation[]): (operation: string) => string {
  const permissions = new Map(operations.map(({ name, permission }) => [name, permission]));
  return (operation) => permissions.get(operation) ?? operation;
}

async function openAccounts({ tables, secret, tiers }: OpenGovernanceOptions, now: () => number) {
  const table = await tables.open(defineUserTable());
  const analyses = await tables.open(defineAnalysisTable());
  const accounts = {
    users: new UserRepository(tables, table, { now }),
    apiKeys: new ApiKeyRepository(tables, table, { secret, now }),
  };
  return { accounts, admissions: tiers && new Admissions({ store: tables, users: table, analyses, tiers, now }) };
}

function rawOf(objects: ObjectStore | ImageStores): ObjectStore {
  return "raw" in objects ? objects.raw : objects;
}

function identityOf({ identity: { development, anonymous, ...rest } = {}, secret }: OpenGovernanceOptions) {
  return {
    ...rest,
    ...(development && { development: { ...development, secret } }),
    ...(anonymous && { anonymous: { secret } }),
  };
}

/**
 * What else forgets an erased user: the keys of what was the user's own, the directory, and last the log, so that entries
 * of the erasure itself lead to nobody either.
 */
function erasersOf({ keys, identity, audit }: GovernanceRooms, entityOf: EntityOf) {
  return [
    async (userId: string, context: SecurityContext) => {
      const entityId = entityOf({ kind: "user", id: userId, ownerId: userId });
      if (entityId === userId) await keys.shred(context, entityId);
    },
    (userId: string) => identity.forgetUser(userId),
    async (userId: string) => {
      await audit.forgetSubject(userId);
    },
  ];
}
