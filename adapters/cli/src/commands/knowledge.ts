import { type Configuration, isArtGuardError, type KnowledgeBase, type Passage } from "@artguard/core";
import { makePrivateFolder } from "@artguard/core/filesystem";
import { addDocuments, folderKnowledgeBase, syncDocuments } from "@artguard/core/knowledge";
import { chosenLanguage } from "../chosen-language.ts";
import type { Call } from "../command-line/declare-command.ts";
import type {
  knowledgeAddCommand,
  knowledgeListCommand,
  knowledgeSearchCommand,
  knowledgeSyncCommand,
} from "../declarations/knowledge.ts";
import { bedrockPlace, knowledgeFolder, openKnowledgeBase } from "../knowledge-base.ts";
import { printable } from "../printable.ts";
import { awsClients } from "../stores/aws-clients.ts";
import { placeOf } from "../stores/store-options.ts";
import { reportFailure } from "../stores/with-artguard.ts";
import { UsageError } from "../usage-error.ts";

/** `artguard knowledge add`: documents that explanations may cite. @returns 1 when a document was refused. @throws UsageError */
export async function add({ values, operands }: Call<typeof knowledgeAddCommand>): Promise<number> {
  const { json, language } = values;
  return await guarded(values, async (configuration) => {
    await makePrivateFolder(configuration.folder);
    let refused = 0;
    for await (const added of addDocuments(knowledgeFolder(configuration), operands, language ? { language } : {})) {
      if (added.status === "refused") refused++;
      print(json, added, rowOf(added.status, added.source ?? added.path, added.reason));
    }
    return refused > 0 ? 1 : 0;
  });
}

/** `artguard knowledge search`: the passages nearest to a question. @throws UsageError */
export async function search({ values, operands }: Call<typeof knowledgeSearchCommand>): Promise<number> {
  const { aws, json, language, limit } = values;
  return await guarded(values, async (configuration) => {
    const base = await searched(configuration, aws);
    const preferred = language ?? chosenLanguage(configuration.language);
    const passages = await base.search(operands.join(" "), { limit, language: preferred });
    for (const passage of passages) print(json, passage, passageText(passage));
    if (passages.length === 0 && !json) process.stdout.write("no passage was found\n");
    return 0;
  });
}

/** `artguard knowledge list`: the documents, and files that cannot be cited. @throws UsageError */
export async function list({ values }: Call<typeof knowledgeListCommand>): Promise<number> {
  const { json } = values;
  return await guarded(values, async (configuration) => {
    const folder = knowledgeFolder(configuration);
    const { documents, refused } = await folderKnowledgeBase({ folder }).documents();
    for (const document of documents) {
      const { source, title, language = "", passages } = document;
      const row = `${String(passages).padStart(4)} ${language.padEnd(2)} ${printable(source)}  ${printable(title)}\n`;
      print(json, document, row);
    }
    for (const document of refused) print(json, document, rowOf("refused", document.source, document.reason));
    if (documents.length + refused.length === 0 && !json)
      process.stdout.write(`there are no documents in ${printable(folder)}; ArtGuard's own articles are searched\n`);
    return 0;
  });
}

/** `artguard knowledge sync`: uploads what changed. @returns 1 when a document was refused. @throws UsageError */
export async function sync({ values }: Call<typeof knowledgeSyncCommand>): Promise<number> {
  if (!values.aws) throw new UsageError("knowledge sync needs --aws: it uploads to the bucket of the knowledge base");
  return await guarded(values, (configuration) => upload(configuration, values.json, values.delete));
}

/** Runs on the folder that was named: with --aws the documents still come from there. Says what went wrong. */
async function guarded(
  { folder, json }: Pick<Call<typeof knowledgeListCommand>["values"], "folder" | "json">,
  action: (configuration: Configuration) => Promise<number>,
): Promise<number> {
  const { configuration } = placeOf({ folder, aws: false });
  try {
    return await action(configuration);
  } catch (error) {
    if (!isArtGuardError(error)) throw error;
    reportFailure(error.toJSON(), json);
    return 1;
  }
}

function passageText({ text, source, title = "", score }: Passage): string {
  const head = `${score === undefined ? "" : `${score.toFixed(2)}  `}${printable(source)}  ${printable(title)}`;
  return `${head.trimEnd()}\n    ${printable(text.replace(/\s+/g, " "))}\n`;
}

async function searched(configuration: Configuration, aws: boolean): Promise<KnowledgeBase> {
  if (!aws) return folderKnowledgeBase({ folder: knowledgeFolder(configuration) });
  if (configuration.knowledgeBaseId !== undefined) return await openKnowledgeBase(configuration);
  throw new UsageError("--aws needs ARTGUARD_KNOWLEDGE_BASE_ID; see docs/configuration.md");
}

async function upload(configuration: Configuration, json: boolean, deleteRemoved: boolean): Promise<number> {
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
