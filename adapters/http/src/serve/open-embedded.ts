import { join } from "node:path";
import {
  Admissions,
  ApiKeyRepository,
  createArtGuard,
  type Detector,
  defineAnalysisTable,
  defineUserTable,
  quotaGate,
  UserRepository,
  userIdOf,
} from "@artguard/core";
import { folder as folderStore, makePrivateFolder } from "@artguard/core/filesystem";
import { sqlite } from "@artguard/core/sqlite";
import { forensicDetectors } from "@artguard/forensics";
import {
  type AnyOperation,
  auditOperations,
  createGovernance,
  openAccess,
  openAuditLog,
  openUsage,
  parseTraceParent,
} from "@artguard/governance";
import type { Hono } from "hono";
import type { AppEnvironment } from "../app-context.ts";
import { createApp } from "../create-app.ts";
import { apiKeyAuthenticator } from "./api-key-authenticator.ts";
import { startOpenWork } from "./open-work-loop.ts";
import { openSecrets } from "./secrets-file.ts";
import type { ServerSettings } from "./server-settings.ts";

/** Options of {@link openEmbedded}. */
export interface EmbeddedOptions extends Pick<ServerSettings, "folder" | "limits" | "consentPolicyVersion"> {
  /** Default `forensicDetectors()`. */
  readonly detectors?: readonly Detector[];
  /** See `AppOptions`. */
  readonly accepting?: () => boolean;
  /** See `AppOptions`; also told of failures of the audit log and of background work, with an empty trace. */
  readonly onError?: (error: unknown, traceId: string) => void;
}

/** The app on embedded stores; disposing it ends its work and closes them. */
export interface EmbeddedApp extends AsyncDisposable {
  readonly app: Hono<AppEnvironment>;
  /** API key of the administrator, at the first start with a folder: the only time that it can be seen. */
  readonly firstKey?: string;
}

/** The user that the first start makes. */
const administrator = userIdOf("admin");

/**
 * The whole of ArtGuard on one machine: SQLite, a folder, API keys, and one administrator with the role `admin`.
 *
 * @throws ArtGuardError `storage.*` for a folder that cannot be used, `configuration.invalid` for damaged secrets.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedApp> {
  const { folder, onError = () => undefined } = options;
  const onBackgroundError = (error: unknown) => onError(error, "");
  await makePrivateFolder(folder);
  const secrets = await openSecrets(folder);
  const tables = await sqlite({ path: join(folder, "artguard.db") });
  const objects = folderStore({ path: join(folder, "objects") });
  const userTable = await tables.open(defineUserTable());
  const admissions = new Admissions({
    store: tables,
    users: userTable,
    analyses: await tables.open(defineAnalysisTable()),
  });
  const { detectors = forensicDetectors() } = options;
  const artguard = await createArtGuard({ detectors, tables, objects, admission: quotaGate(admissions) });
  const audit = await openAuditLog({
    tables,
    signingKey: secrets.auditSigningKey,
    secret: secrets.auditSubjects,
  });
  const access = await openAccess({ tables });
  const apiKeys = new ApiKeyRepository(tables, userTable, { secret: secrets.apiKeys });
  const users = new UserRepository(tables, userTable);
  const rolesOf = (userId: string) => (userId === administrator ? ["admin"] : []);
  const governance = await createGovernance({
    artguard,
    tables,
    objects,
    audit,
    operations: Object.values<AnyOperation>(auditOperations(audit)),
    access,
    apiKeys,
    admissions,
    identity: apiKeyAuthenticator({ apiKeys, access, rolesOf }),
    usage: await openUsage({ tables, admissions }),
    erasers: [async (userId) => void (await audit.forgetSubject(userId))],
    traceIdOf: (traceparent) => parseTraceParent(traceparent)?.traceId ?? "",
    onAuditFailure: onBackgroundError,
  });
  const firstKey = await firstKeyOf(users, apiKeys);
  const stopWork = startOpenWork(artguard, onBackgroundError);
  const { limits, consentPolicyVersion, accepting } = options;
  const ready = async () => void (await users.find(administrator));
  const app = createApp({ governance, limits, consentPolicyVersion, ready, onError, ...(accepting && { accepting }) });
  return {
    app,
    ...(firstKey !== undefined && { firstKey }),
    [Symbol.asyncDispose]: async () => {
      await stopWork();
      await artguard[Symbol.asyncDispose]();
      await audit[Symbol.asyncDispose]();
      await tables[Symbol.asyncDispose]();
    },
  };
}

/** The administrator and its key, where there is none yet. */
async function firstKeyOf(users: UserRepository, apiKeys: ApiKeyRepository): Promise<string | undefined> {
  if (await users.find(administrator)) return undefined;
  await users.create({
    user_id: administrator,
    email: "admin@artguard.invalid",
    account_tier: "Enterprise",
  });
  const { key } = await apiKeys.create(administrator, "first start");
  return key;
}
