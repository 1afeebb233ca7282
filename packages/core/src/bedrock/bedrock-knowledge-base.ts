import type {
  BedrockAgentRuntimeClient,
  BedrockAgentRuntimeClientConfig,
  KnowledgeBaseRetrievalResult,
  RetrievalResultLocation,
} from "@aws-sdk/client-bedrock-agent-runtime";
import { ArtGuardError } from "../errors/artguard-error.ts";
import { passageLimit, shortQuery } from "../knowledge/search-options.ts";
import type { KnowledgeBase, Passage } from "../vision/knowledge-base.ts";
import { Deadline } from "./deadline.ts";
import { retrieveError } from "./retrieve-failures.ts";

const defaultTimeoutMs = 5_000;
/** Timers of Node fire at once beyond that, about 25 days. */
const longestTimeoutMs = 2 ** 31 - 1;
const attempts = 3;
/** Characters of one passage: chunks of a knowledge base may be as long as its owner likes. */
const passageCharacters = 2_000;

/** Options of {@link bedrockKnowledgeBase}. */
export interface BedrockKnowledgeBaseOptions {
  /** The ten letters and digits that Bedrock shows for the knowledge base. */
  readonly knowledgeBaseId: string;
  /** Default that of `client` or of the SDK's usual configuration. */
  readonly region?: string;
  /** A client of the caller, who also closes it; its own retry settings apply. */
  readonly client?: BedrockAgentRuntimeClient;
  /** Configuration of our own client, such as credentials. */
  readonly clientConfig?: BedrockAgentRuntimeClientConfig;
  /** Time for one search with its retries, in milliseconds; default 5000. */
  readonly timeoutMs?: number;
  /** How Bedrock searches; default what it chooses for the vector store. */
  readonly searchType?: "HYBRID" | "SEMANTIC";
}

/**
 * A Bedrock Knowledge Base, searched by Retrieve. Needs `@aws-sdk/client-bedrock-agent-runtime` and the permission
 * `bedrock:Retrieve`. Only the SDK's client repeats a failed request (3 attempts unless `client` says otherwise), within
 * one deadline. The language of a search is no filter, since Bedrock silently finds nothing by metadata that the
 * documents lack: multilingual embedding models prefer the language of the query by themselves.
 *
 * @throws ArtGuardError `knowledge.invalid-option`
 * @example
 * const knowledge = bedrockKnowledgeBase({ knowledgeBaseId: "ABCDEFGHIJ", region: "ca-central-1" });
 */
export function bedrockKnowledgeBase(options: BedrockKnowledgeBaseOptions): KnowledgeBase {
  return new BedrockKnowledgeBase(options);
}

class BedrockKnowledgeBase implements KnowledgeBase {
  readonly id = "bedrock";
  readonly #options: BedrockKnowledgeBaseOptions;
  #client: BedrockAgentRuntimeClient | undefined;

  constructor(options: BedrockKnowledgeBaseOptions) {
    if (!/^[0-9A-Za-z]{10}$/.test(options.knowledgeBaseId))
      throw new ArtGuardError("knowledge.invalid-option", "knowledgeBaseId must be ten letters and digits");
    const { timeoutMs = defaultTimeoutMs } = options;
    if (!(timeoutMs >= 1 && timeoutMs <= longestTimeoutMs))
      throw new ArtGuardError("knowledge.invalid-option", `timeoutMs must be a number from 1 to ${longestTimeoutMs}`);
    this.#options = options;
    this.#client = options.client;
  }

  async search(query: string, options: Parameters<KnowledgeBase["search"]>[1] = {}): Promise<Passage[]> {
    const { knowledgeBaseId, timeoutMs = defaultTimeoutMs } = this.#options;
    const limit = passageLimit(options.limit);
    options.signal?.throwIfAborted();
    const text = shortQuery(query);
    if (text === "") return [];
    const late = () =>
      new ArtGuardError("knowledge.timed-out", `knowledge base ${knowledgeBaseId}: no answer within ${timeoutMs} ms`);
    const deadline = new Deadline(timeoutMs, options.signal ?? new AbortController().signal, late);
    try {
      const results = await deadline.race(this.#retrieve(text, limit, deadline.signal));
      return results.slice(0, limit).flatMap((result) => passageOf(result, knowledgeBaseId));
    } catch (error) {
      deadline.signal.throwIfAborted();
      throw retrieveError(error, knowledgeBaseId);
    } finally {
      deadline.close();
    }
  }

  async #retrieve(text: string, limit: number, abortSignal: AbortSignal) {
    const { knowledgeBaseId, searchType } = this.#options;
    const { BedrockAgentRuntimeClient, RetrieveCommand } = await loadSdk();
    this.#client ??= new BedrockAgentRuntimeClient(this.#config());
    const command = new RetrieveCommand({
      knowledgeBaseId,
      retrievalQuery: { text },
      retrievalConfiguration: {
        vectorSearchConfiguration: {
          numberOfResults: limit,
          ...(searchType !== undefined && { overrideSearchType: searchType }),
        },
      },
    });
    const { retrievalResults } = await this.#client.send(command, { abortSignal });
    if (Array.isArray(retrievalResults)) return retrievalResults;
    throw new ArtGuardError("knowledge.invalid-answer", `knowledge base ${knowledgeBaseId} gave no list of results`);
  }

  #config(): BedrockAgentRuntimeClientConfig {
    const { region, clientConfig } = this.#options;
    return { maxAttempts: attempts, ...(region !== undefined && { region }), ...clientConfig };
  }
}

/** A result as a passage; none without text, as those of pictures and table rows are. */
function passageOf({ content, location, score, metadata }: KnowledgeBaseRetrievalResult, id: string): Passage[] {
  const text = content?.text?.trim();
  if (!text) return [];
  const title = metadata?.["title"];
  return [
    {
      text: text.length > passageCharacters ? `${text.slice(0, passageCharacters - 1).toWellFormed()}…` : text,
      source: sourceOf(location) ?? `bedrock:${id}`,
      ...(typeof title === "string" && title !== "" && { title }),
      ...(typeof score === "number" && { score }),
    },
  ];
}

function sourceOf(location: RetrievalResultLocation | undefined): string | undefined {
  return (
    location?.s3Location?.uri ??
    location?.webLocation?.url ??
    location?.confluenceLocation?.url ??
    location?.salesforceLocation?.url ??
    location?.sharePointLocation?.url ??
    location?.kendraDocumentLocation?.uri ??
    location?.customDocumentLocation?.id
  );
}

async function loadSdk() {
  try {
    return await import("@aws-sdk/client-bedrock-agent-runtime");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new ArtGuardError("knowledge.invalid-option", "@aws-sdk/client-bedrock-agent-runtime is not installed", {
      cause,
      fix: "Install @aws-sdk/client-bedrock-agent-runtime beside ArtGuard.",
    });
  }
}
