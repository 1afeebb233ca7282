import {
  Admissions,
  type ApiKeyRepository,
  type ArtGuard,
  defineAnalysisTable,
  defineUserTable,
  type ImageStores,
  type ObjectStore,
  openPrivacy,
  type TableStore,
  UserRepository,
} from "@artguard/core";
import type { AccessControl } from "../access/access-control.ts";
import type { Resource } from "../access/resource.ts";
import type { SecurityContext } from "../identity/security-context.ts";
import type { Usage } from "../usage/usage.ts";
import { grantOperations, policyOperations } from "./core-operations/access-operations.ts";
import { analysisOperations, findAnalysis } from "./core-operations/analysis-operations.ts";
import type { CoreServices } from "./core-operations/core-services.ts";
import { disputeOperations } from "./core-operations/dispute-operations.ts";
import { serviceOperations, usageOperations } from "./core-operations/service-operations.ts";
import { uploadOperations } from "./core-operations/upload-operations.ts";
import { apiKeyOperations, userOperations } from "./core-operations/user-operations.ts";
import { type Governed, type GovernedOptions, governed } from "./governance.ts";
import type { AnyOperation } from "./operation.ts";

/** Options of {@link createGovernance}. */
export interface GovernanceOptions extends Omit<GovernedOptions, "operations" | "access" | "usage"> {
  readonly artguard: ArtGuard;
  /** Where users and records are, as in `createArtGuard`. */
  readonly tables: TableStore;
  /** Where images are, as in `createArtGuard`. */
  readonly objects: ObjectStore | ImageStores;
  readonly access: AccessControl;
  readonly usage: Usage;
  readonly apiKeys: ApiKeyRepository;
  /** Those of the ArtGuard's `quotaGate`; default new ones with the default tiers. */
  readonly admissions?: Admissions;
  /** Name of the table of users; default `artguard-users-dev`. */
  readonly userTable?: string;
  /** Name of the table of analyses; default `artguard-image-analysis-dev`. */
  readonly analysisTable?: string;
  /** How long an erasure waits between its sweeps; see `PrivacyOptions`. */
  readonly settleMs?: number;
  /** Operations of packages above. */
  readonly operations?: readonly AnyOperation[];
  /** Finds things that can be shared by grants, by kind; analyses are known. */
  readonly finders?: Readonly<Record<string, (id: string) => Promise<Resource | undefined>>>;
  /** Makes another room forget an erased user, e.g. the identity map of the audit log; each can be repeated. */
  readonly erasers?: readonly ((userId: string, context: SecurityContext) => Promise<void>)[];
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** Core's use cases, and those of packages above, under the rules. */
export interface Governance extends Governed {
  /** Core's use cases as operations, to be given to `run`. */
  readonly core: CoreOperations;
}

/** Core's use cases as operations, by noun and verb. */
export type CoreOperations = ReturnType<typeof coreOperations>;

/**
 * Puts core's use cases behind the pipeline.
 *
 * @throws ArtGuardError `operation.invalid-declaration` for two operations of one name.
 * @example
 * const { authenticator } = identity; // of openIdentity
 * const governance = await createGovernance({ artguard, tables, objects, audit, identity: authenticator, access, usage, apiKeys });
 * const request = { credential: { kind: "token", token } } as const;
 * const analysis = await governance.run(governance.core.analysis.create, { bytes }, request);
 */
export async function createGovernance(options: GovernanceOptions): Promise<Governance> {
  const { operations = [], ...ports } = options;
  const core = coreOperations(await servicesOf(options));
  const ofCore = Object.values(core).flatMap((group) => Object.values<AnyOperation>(group));
  return { ...governed({ ...ports, operations: [...ofCore, ...operations] }), core };
}

function coreOperations(services: CoreServices) {
  return {
    analysis: analysisOperations(services),
    upload: uploadOperations(services),
    dispute: disputeOperations(services),
    user: userOperations(services),
    apiKey: apiKeyOperations(services),
    grant: grantOperations(services),
    policy: policyOperations(services),
    usage: usageOperations(services),
    service: serviceOperations(services),
  };
}

async function servicesOf(options: GovernanceOptions): Promise<CoreServices> {
  const { artguard, tables, objects, access, usage, apiKeys, userTable, analysisTable, settleMs } = options;
  const { now = Date.now, erasers = [] } = options;
  const users = await tables.open(defineUserTable(userTable));
  const analyses = await tables.open(defineAnalysisTable(analysisTable));
  const names = {
    ...(userTable !== undefined && { userTable }),
    ...(analysisTable !== undefined && { analysisTable }),
  };
  return {
    artguard,
    access,
    usage,
    apiKeys,
    now,
    users: new UserRepository(tables, users, { now }),
    admissions: options.admissions ?? new Admissions({ store: tables, users, analyses, now }),
    privacy: await openPrivacy({ tables, objects, now, ...names, ...(settleMs !== undefined && { settleMs }) }),
    finders: { ...options.finders, analysis: (id) => findAnalysis(artguard, id) },
    forget: async (userId, context) => {
      for (const erase of erasers) await erase(userId, context);
    },
  };
}
