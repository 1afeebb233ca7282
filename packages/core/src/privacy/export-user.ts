import { createHash } from "node:crypto";
import type { Analysis } from "../analysis/analysis.ts";
import { keysOfUrls, namedObjects } from "../analysis/analysis-objects.ts";
import { statementsOf, timeOf } from "../analysis/dispute.ts";
import { type StoredObject, withoutExpiredImage } from "../analysis/stored-image.ts";
import { isArtGuardError } from "../errors/artguard-error.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import { beingErased } from "../user/erasure-mark.ts";
import { ownedItems } from "../user/owned-items.ts";
import type { UserId } from "../user/user-id.ts";
import { markerKey } from "../user/user-marker.ts";
import type { UserItem } from "../user/user-table.ts";
import { explainRetention } from "./explain-retention.ts";
import type { PrivacyCallOptions, PrivacyContext } from "./privacy-context.ts";
import { foundStatements } from "./statements-by.ts";

/** One file of an export. */
export interface ExportedFile {
  /** Relative, with `/`; safe as a path below a folder. */
  readonly path: string;
  readonly content_type: string;
  readonly bytes: Uint8Array;
}

const pageSize = 100;

/** Attributes of no use to the person, or that open something: the hash of a key, and how work is shared out. */
const withheldOfUser = ["api_key_hash"];
const withheldOfAnalysis = [
  "open_work",
  "lease_until",
  "lease_owner",
  "fence",
  "attempt",
  "dispute_index",
  "dispute_revision",
  "raw_image_url",
  "processed_image_url",
];

/**
 * Everything that is kept of a user, as files: `profile.json`, `api-keys.json`, `idempotency-keys.json`,
 * `statements.json` with what they said of analyses of others, for each analysis its record with what `explainRetention`
 * says of it, earlier results, images and heat map, and last `manifest.json` with the SHA-256 of each file. JSON carries
 * the attribute names of the spec (GDPR, articles 15 and 20). Secrets are not in it: of API keys there are names and
 * times. In place of an image that only custodians can open there is a file that says so, `….withheld.json`. Files come
 * one at a time; nothing is held back in memory.
 *
 * @throws ArtGuardError `user.being-erased`, `storage.*`
 * @example
 * for await (const { path, bytes } of privacy.exportUser(userId)) await writeFile(join(folder, path), bytes);
 */
export async function* exportUser(
  userId: UserId,
  context: PrivacyContext,
  options: PrivacyCallOptions = {},
): AsyncGenerator<ExportedFile, void, undefined> {
  const manifest: { path: string; size_bytes: number; sha256: string }[] = [];
  for await (const file of filesOf(userId, context, options)) {
    options.signal?.throwIfAborted();
    const sha256 = createHash("sha256").update(file.bytes).digest("hex");
    manifest.push({ path: file.path, size_bytes: file.bytes.length, sha256 });
    yield file;
  }
  yield json("manifest.json", { user_id: userId, exported_at: new Date(context.now()).toISOString(), files: manifest });
}

async function* filesOf(userId: UserId, context: PrivacyContext, options: PrivacyCallOptions) {
  const { users } = context;
  const account = await users.get({ user_id: userId }, { consistent: true });
  const erasure = await users.get({ user_id: markerKey.erasure(userId) }, { consistent: true });
  if (erasure) throw beingErased();
  if (account) yield json("profile.json", without(account, withheldOfUser));
  yield json("api-keys.json", (await allOf(ownedItems(users, userId, markerKey.apiKey("")))).map(apiKey));
  yield json("idempotency-keys.json", (await allOf(ownedItems(users, userId, "IDEMP#"))).map(idempotencyKey));
  yield json("statements.json", await ownStatements(userId, context));
  for await (const record of records(userId, context)) yield* analysisFiles(record, context, options);
}

/** What the person said of analyses of others: their words, and no more of those analyses than the id. */
async function ownStatements(userId: UserId, context: PrivacyContext): Promise<object[]> {
  const own: object[] = [];
  for await (const { marker, record } of foundStatements(userId, context)) {
    const said = record && statementsOf(record).find((each) => timeOf(each) === marker.created_at);
    if (said) own.push({ request_id: marker.statement_of, ...said });
  }
  return own;
}

async function* records(userId: UserId, { analysisItems, now }: PrivacyContext) {
  let cursor: string | undefined;
  do {
    const page = await analysisItems.query({
      index: "user-index",
      partition: userId,
      limit: pageSize,
      scope: userId,
      select: ["request_id", "created_at"],
      ...(cursor !== undefined && { cursor }),
    });
    for (const item of await analysisItems.batchGet(page.items, { consistent: true })) {
      if (item) yield withoutExpiredImage(item as Analysis, now());
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}

async function* analysisFiles(record: Analysis, { analyses, objects }: PrivacyContext, options: PrivacyCallOptions) {
  const folder = `analyses/${record.request_id}`;
  yield json(`${folder}/analysis.json`, {
    ...without(record, withheldOfAnalysis),
    retention: explainRetention(record),
  });
  for (const earlier of (await analyses.results(record.request_id)).slice(0, -1)) {
    yield json(`${folder}/versions/${earlier.version_number ?? 1}.json`, without(earlier, withheldOfAnalysis));
  }
  for (const { key, content_type } of objectsOf(record)) {
    const path = `${folder}/${key.split("/").at(-1)!}`;
    try {
      const bytes = await read(key, objects, options);
      if (bytes) yield { path, content_type, bytes };
    } catch (error) {
      // What only custodians can open is the person's all the same: it is said to be there, and how to get it.
      if (!isArtGuardError(error, "keys.approval-required")) throw error;
      const { code, message, fix } = error;
      yield json(`${path}.withheld.json`, { code, message, fix });
    }
  }
}

/** Also images of before, which only a URL names. */
function objectsOf(record: Analysis): Pick<StoredObject, "key" | "content_type">[] {
  const { content_type } = record;
  const named = namedObjects(record);
  const legacy = keysOfUrls(record).filter((key) => !named.some((object) => object.key === key));
  return [...named, ...legacy.map((key) => ({ key, content_type }))];
}

/** The bytes from whichever store has them; undefined when they expired meanwhile. */
async function read(
  key: string,
  stores: readonly ObjectStore[],
  options: PrivacyCallOptions,
): Promise<Uint8Array | undefined> {
  for (const store of new Set(stores)) {
    try {
      return await store.get(key, options);
    } catch (error) {
      if (!isArtGuardError(error, "storage.not-found")) throw error;
    }
  }
  return undefined;
}

async function allOf(items: AsyncIterable<UserItem>): Promise<UserItem[]> {
  const all: UserItem[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function apiKey({ user_id, name, created_at, last_used, revoked_at }: UserItem) {
  return { prefix: user_id.slice(markerKey.apiKey("").length), name, created_at, last_used, revoked_at };
}

function idempotencyKey({ user_id, request_id, created_at, expires_at }: UserItem) {
  return { key: decodeURIComponent(user_id.split("#").at(-1)!), request_id, created_at, expires_at };
}

function json(path: string, value: unknown): ExportedFile {
  const bytes = new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`);
  return { path, content_type: "application/json", bytes };
}

function without(item: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !names.includes(name)));
}
