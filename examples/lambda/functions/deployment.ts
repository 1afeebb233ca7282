// Everything behind its rules, on what the environment names: tables, buckets, the key of KMS, the secret, the queue.
import { defaultTiers } from "@artguard/core";
import { sqs } from "@artguard/core/sqs";
import { forensicDetectors } from "@artguard/forensics";
import { type AnyOperation, auditOperations, openGovernance } from "@artguard/governance";
import { kmsKeyProvider } from "@artguard/governance/kms";
import { readInstallationKeys } from "./installation-keys.ts";
import { longestAnalysisMs } from "./longest-analysis.ts";
import { buckets, configuration, governedTables } from "./stores.ts";

const { kmsKey, keysSecret, queueUrl, region } = configuration;
if (kmsKey === undefined || keysSecret === undefined)
  throw new Error("ARTGUARD_KMS_KEY and ARTGUARD_KEYS_SECRET must name a key of KMS and a secret; see docs/lambda.md");
const { cursorKey, secret, signingKey } = await readInstallationKeys(keysSecret, region);

/** Where submitted analyses are announced; undefined where nobody listens. */
export const queue = queueUrl === undefined ? undefined : sqs({ queueUrl, clientConfig: { region } });

export const governance = await openGovernance({
  tables: governedTables(cursorKey),
  objects: buckets(),
  provider: kmsKeyProvider({ keyId: kmsKey, clientConfig: { region } }),
  signingKey,
  secret,
  detectors: forensicDetectors(),
  tiers: defaultTiers,
  operations: ({ audit }) => Object.values<AnyOperation>(auditOperations(audit)),
  onAuditFailure: logError,
  analysis: {
    deadlineMs: longestAnalysisMs,
    ...(queue && { announcements: queue }),
    onAnnouncementFailure: ({ error }) => logError(error),
  },
});

/** A line for the log: what went wrong and where, and nothing that a message could hold. */
export function logError(error: unknown, trace_id = ""): void {
  const { name, stack = "" } = error instanceof Error ? error : { name: typeof error };
  const at = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const code = error instanceof Error && "code" in error ? error.code : name;
  console.error(JSON.stringify({ level: "error", trace_id, code, at }));
}
