import type { BedrockAgentClient, BedrockAgentClientConfig } from "@aws-sdk/client-bedrock-agent";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { Deadline } from "./deadline.ts";
import { retrieveError } from "./retrieve-failures.ts";

const timeoutMs = 30_000;

/** Options of {@link startIngestion}. */
export interface IngestionOptions {
  readonly knowledgeBaseId: string;
  /** The data source that reads the bucket. */
  readonly dataSourceId: string;
  readonly region: string;
  /** A client of the caller, who also closes it; its own retry settings apply. */
  readonly client?: BedrockAgentClient;
  /** Configuration of our own client, such as credentials. */
  readonly clientConfig?: BedrockAgentClientConfig;
  readonly signal?: AbortSignal;
}

/**
 * Has a Bedrock Knowledge Base read its data source anew; it does so in the background, and searches find the documents
 * once it has ended. Needs `@aws-sdk/client-bedrock-agent` and the permission `bedrock:StartIngestionJob`. The SDK sends a
 * token that makes its own repetitions one job.
 *
 * @returns The id of the job.
 * @throws ArtGuardError `knowledge.*`; `knowledge.not-ready` while another job runs.
 * @example
 * const job = await startIngestion({ knowledgeBaseId: "ABCDEFGHIJ", dataSourceId: "KLMNOPQRST", region: "ca-central-1" });
 */
export async function startIngestion(options: IngestionOptions): Promise<string> {
  const { knowledgeBaseId, dataSourceId, region, clientConfig, signal } = options;
  const sdk = await loadSdk();
  const client = options.client ?? new sdk.BedrockAgentClient({ region, maxAttempts: 3, ...clientConfig });
  const late = () => new ArtGuardError("knowledge.timed-out", `no answer within ${timeoutMs} ms`);
  const deadline = new Deadline(timeoutMs, signal ?? new AbortController().signal, late);
  try {
    const command = new sdk.StartIngestionJobCommand({ knowledgeBaseId, dataSourceId });
    const { ingestionJob } = await deadline.race(client.send(command, { abortSignal: deadline.signal }));
    if (ingestionJob?.ingestionJobId !== undefined) return ingestionJob.ingestionJobId;
    throw new ArtGuardError("knowledge.invalid-answer", "Bedrock gave no job");
  } catch (error) {
    deadline.signal.throwIfAborted();
    throw retrieveError(error, knowledgeBaseId);
  } finally {
    deadline.close();
    if (!options.client) client.destroy();
  }
}

async function loadSdk() {
  try {
    return await import("@aws-sdk/client-bedrock-agent");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new ArtGuardError("knowledge.invalid-option", "@aws-sdk/client-bedrock-agent is not installed", {
      cause,
      fix: "Install @aws-sdk/client-bedrock-agent beside ArtGuard, or start the ingestion job yourself.",
    });
  }
}
