import { setTimeout as wait } from "node:timers/promises";
import {
  type ApiKeyRepository,
  type ArtGuard,
  type ArtGuardOptions,
  type Detector,
  defaultTiers,
  isArtGuardError,
  type OpenWorkEvent,
  type UserRepository,
  userIdOf,
} from "@artguard/core";
import { forensicDetectors } from "@artguard/forensics";
import {
  type AnyOperation,
  auditOperations,
  type Directory,
  governedSweeps,
  openFolderPlace,
  openGovernance,
} from "@artguard/governance";
import type { Hono } from "hono";
import type { AppEnvironment } from "../app-context.ts";
import { createApp } from "../create-app.ts";
import type { ServerSettings } from "./server-settings.ts";
import { sweepRegularly } from "./sweep-regularly.ts";

/** Models and documents elsewhere. */
export type CloudParts = Pick<ArtGuardOptions, "vision" | "remoteDetectors" | "knowledge" | "language">;

/** Options of {@link openEmbedded}. */
export interface EmbeddedOptions
  extends Pick<ServerSettings, "folder" | "limits" | "consentPolicyVersion">,
    Partial<Pick<ServerSettings, "embeddedIssuer" | "anonymous" | "issuers" | "trustedProxies">> {
  /** Default `forensicDetectors()`. */
  readonly detectors?: readonly Detector[];
  /** What takes part in an analysis beside the detectors; a copy of the image leaves this machine for it. Default nothing. */
  readonly cloudParts?: CloudParts;
  /**
   * Milliseconds between two sweeps of what has expired and of interrupted erasures, the first after at most ten minutes;
   * default 6 hours.
   */
  readonly sweepMs?: number;
  /** See `AppOptions`. */
  readonly accepting?: () => boolean;
  /** See `AppOptions`; also told of failures of the audit log and of background work, with an empty trace. */
  readonly onError?: (error: unknown, traceId: string) => void;
}

/** The app on embedded stores; disposing it ends its work and closes them. */
export interface EmbeddedApp extends AsyncDisposable {
  readonly app: Hono<AppEnvironment>;
  /**
   * API key of the administrator, at the first start with a folder: the only time that it can be seen. Shown beside the
   * administrator's password, it is the second factor of a login.
   */
  readonly firstKey?: string;
}

/** Milliseconds between two looks for submitted work. */
const pollMs = 1000;
const defaultSweepMs = 6 * 3_600_000;
/** The user that the first start makes. */
const administrator = userIdOf("admin");

/**
 * The whole of ArtGuard on one machine: SQLite, a folder, API keys, logins, and one administrator with the role `admin`. Stored
 * images are encrypted; the keys are those of `openFolderPlace`.
 *
 * @throws ArtGuardError `storage.*` for a folder that cannot be used, `keys.file-damaged`, `keys.file-exposed`
 * @example
 * await using embedded = await openEmbedded(loadServerSettings(process.env));
 * if (embedded.firstKey) console.log("the administrator's API key:", embedded.firstKey);
 * const server = await startServer(embedded.app, loadServerSettings(process.env));
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedApp> {
  const { folder, detectors = forensicDetectors(), onError = () => undefined } = options;
  const { embeddedIssuer = true, anonymous: admitsAnonymous = false, issuers = [], trustedProxies = 0 } = options;
  const onBackgroundError = (error: unknown) => onError(error, "");
  const place = await openFolderPlace(folder);
  const governance = await openGovernance({
    ...place,
    detectors,
    ...(options.cloudParts && { analysis: options.cloudParts }),
    tiers: defaultTiers,
    identity: { issuers, ...(embeddedIssuer && { development: {} }), anonymous: admitsAnonymous },
    geography: { trustedProxies },
    operations: ({ audit }) => Object.values<AnyOperation>(auditOperations(audit)),
    onAuditFailure: onBackgroundError,
  });
  const { users, apiKeys, identity, artguard } = governance;
  const firstKey = await firstKeyOf(users, apiKeys, identity.directory);
  const ending = new AbortController();
  const working = doOpenWork(artguard, ending.signal, onBackgroundError);
  const { limits, consentPolicyVersion, accepting, sweepMs = defaultSweepMs } = options;
  const sweeping = sweepRegularly(governedSweeps(governance), sweepMs, ending.signal, onBackgroundError);
  const ready = async () => void (await users.find(administrator));
  const { development: issuer, anonymous } = identity;
  const more = { ...(accepting && { accepting }), ...(issuer && { issuer }), ...(anonymous && { anonymous }) };
  const app = createApp({ governance, limits, consentPolicyVersion, ready, onError, ...more });
  return {
    app,
    ...(firstKey !== undefined && { firstKey }),
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await Promise.all([working, sweeping]);
      await governance[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

/** Does what was submitted until it is told to end: nobody would start it again after an error that waiting does not mend. */
async function doOpenWork(artguard: ArtGuard, signal: AbortSignal, onError: (error: unknown) => void): Promise<void> {
  // Any other error ends the run, and is told by that.
  const onEvent = (event: OpenWorkEvent) => {
    if ("error" in event && isArtGuardError(event.error) && event.error.retryable) onError(event.error);
  };
  while (!signal.aborted) {
    await artguard.processOpenWork({ pollMs, signal, onEvent }).catch(onError);
    await wait(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

/** The administrator and its key, where there is none yet. */
async function firstKeyOf(
  users: UserRepository,
  apiKeys: ApiKeyRepository,
  directory: Directory,
): Promise<string | undefined> {
  if (await users.find(administrator)) return undefined;
  await directory.assignRoles(administrator, ["admin"]);
  await users.create({
    user_id: administrator,
    email: "admin@artguard.invalid",
    account_tier: "Enterprise",
  });
  const { key } = await apiKeys.create(administrator, "first start", { secondFactor: true });
  return key;
}
