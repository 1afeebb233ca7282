import { type Configuration, isArtGuardError, type KnowledgeBase, type Language, languages } from "@artguard/core";
import { makePrivateFolder } from "@artguard/core/filesystem";
import { addDocuments, folderKnowledgeBase, syncDocuments } from "@artguard/core/knowledge";
import { bedrockPlace, knowledgeFolder, openKnowledgeBase } from "../knowledge-base.ts";
import { printable } from "../printable.ts";
import { awsClients } from "../stores/aws-clients.ts";
import { countOf, parseStoreCommand, placeOf } from "../stores/store-options.ts";
import { reportFailure } from "../stores/with-artguard.ts";
import { UsageError } from "../usage-error.ts";

const options = {
  language: { type: "string" },
  limit: { type: "string" },
  delete: { type: "boolean", default: false },
} as const;

/** What an action gets of the command line. */
interface Call {
  readonly operands: readonly string[];
  readonly configuration: Configuration;
  readonly aws: boolean;
  readonly json: boolean;
  readonly language: Language | undefined;
  readonly limit: number;
  readonly deleteRemoved: boolean;
}

const actions = new Map<string | undefined, (call: Call) => Promise<number>>(
  Object.entries({ add, search, list, sync }),
);

/**
 * `artguard knowledge add|search|list|sync`: the documents that explanations may cite.
 *
 * @returns the exit status: 1 when a document was refused or something failed.
 * @throws UsageError
 */
export async function knowledge(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseStoreCommand(args, options);
  const [action, ...operands] = positionals;
  const run = actions.get(action);
  if (!run) throw new UsageError("knowledge takes add, search, list or sync");
  const { aws, json, delete: deleteRemoved } = values;
  const limit = countOf("limit", values.limit, 5);
  const language = chosenLanguage(values.language);
  // With --aws the documents still come from the folder.
  const { configuration } = placeOf({ folder: values.folder, aws: false });
  try {
    return await run({ operands, configuration, aws, json, language, limit, deleteRemoved });
  } catch (error) {
    if (!isArtGuardError(error)) throw error;
    reportFailure(error.toJSON(), json);
    return 1;
  }
}

async function add({ operands, configuration, json, language }: Call): Promise<number> {
  if (operands.length === 0) throw new UsageError("knowledge add takes Markdown, text or PDF files");
  await makePrivateFolder(configuration.folder);
  let refused = 0;
  for await (const added of addDocuments(knowledgeFolder(configuration), operands, language ? { language } : {})) {
    if (added.status === "refused") refused++;
    print(json, added, rowOf(added.status, added.source ?? added.path, added.reason));
  }
  return refused > 0 ? 1 : 0;
}

async function search({ operands, configuration, aws, json, language, limit }: Call): Promise<number> {
  if (operands.length === 0) throw new UsageError("knowledge search takes a question");
  const base = await searched(configuration, aws);
  const preferred = language ?? chosenLanguage(configuration.language);
  const passages = await base.search(operands.join(" "), { limit, language: preferred });
  for (const passage of passages) {
    const { text, source, title = "", score } = passage;
    const head = `${score === undefined ? "" : `${score.toFixed(2)}  `}${printable(source)}  ${printable(title)}`;
    print(json, passage, `${head.trimEnd()}\n    ${printable(text.replace(/\s+/g, " "))}\n`);
  }
  if (passages.length === 0 && !json) process.stdout.write("no passage was found\n");
  return 0;
}

async function searched(configuration: Configuration, aws: boolean): Promise<KnowledgeBase> {
  if (!aws) return folderKnowledgeBase({ folder: knowledgeFolder(configuration) });
  if (configuration.knowledgeBaseId !== undefined) return await openKnowledgeBase(configuration);
  throw new UsageError("--aws needs ARTGUARD_KNOWLEDGE_BASE_ID; see docs/configuration.md");
}

async function list({ operands, configuration, json }: Call): Promise<number> {
  if (operands.length > 0) throw new UsageError("knowledge list takes no arguments");
  const folder = knowledgeFolder(configuration);
  const { documents, refused } = await folderKnowledgeBase({ folder }).documents();
  for (const document of documents) {
    const { source, title, language = "", passages } = document;
    print(
      json,
      document,
      `${String(passages).padStart(4)} ${language.padEnd(2)} ${printable(source)}  ${printable(title)}\n`,
    );
  }
  for (const document of refused) print(json, document, rowOf("refused", document.source, document.reason));
  if (documents.length + refused.length === 0 && !json)
    process.stdout.write(`there are no documents in ${printable(folder)}; ArtGuard's own articles are searched\n`);
  return 0;
}

async function sync({ operands, configuration, aws, json, deleteRemoved }: Call): Promise<number> {
  if (operands.length > 0) throw new UsageError("knowledge sync takes no arguments");
  if (!aws) throw new UsageError("knowledge sync needs --aws: it uploads to the bucket of the knowledge base");
  const clients = await awsClients(configuration);
  const counts = { uploaded: 0, unchanged: 0, deleted: 0, extra: 0, refused: 0 };
  try {
    const { s3 } = await import("@artguard/core/s3");
    const objects = s3({ client: clients.s3, bucket: configuration.knowledgeBaseBucket });
    for await (const row of syncDocuments({ folder: knowledgeFolder(configuration), objects, deleteRemoved })) {
      counts[row.status]++;
      print(json, row, rowOf(row.status, row.source, row.reason));
    }
  } finally {
    clients.close();
  }
  const { uploaded, unchanged, deleted, extra, refused } = counts;
  const summary = `${uploaded} uploaded, ${unchanged} unchanged, ${deleted} deleted, ${extra} extra, ${refused} refused`;
  const next = uploaded + deleted === 0 ? "" : `${await ingest(configuration)}\n`;
  (json ? process.stderr : process.stdout).write(`${summary}\n${next}`);
  return refused > 0 ? 1 : 0;
}

/** Bedrock searches what it has ingested, not what lies in the bucket. @returns what was done, or is to be done. */
async function ingest(configuration: Configuration): Promise<string> {
  const { knowledgeBaseId, knowledgeBaseDataSource: dataSourceId } = configuration;
  if (knowledgeBaseId === undefined || dataSourceId === undefined)
    return "start an ingestion job of the knowledge base, so that searches find the changes";
  const { startIngestion } = await import("@artguard/core/bedrock");
  const job = await startIngestion({ knowledgeBaseId, dataSourceId, ...bedrockPlace(configuration) });
  return `ingestion job ${job} was started; searches find the changes once it has ended`;
}

function rowOf(status: string, source: string, reason: string | undefined): string {
  return `${status.padEnd(9)} ${printable(source)}${reason === undefined ? "" : `: ${printable(reason)}`}\n`;
}

function print(json: boolean, row: object, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(row)}\n` : text);
}

function chosenLanguage(value: string | undefined): Language | undefined {
  const language = languages.find((known) => known === value);
  if (value === undefined || language) return language;
  throw new UsageError(`--language takes ${languages.join(" or ")}, got "${value}"`);
}
