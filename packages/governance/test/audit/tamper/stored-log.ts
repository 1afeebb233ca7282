import { MemoryTableStore, type Table, type TableStore } from "@artguard/core";
import { defineAuditTables, type LogEntry, newAuditKeyPair } from "@artguard/governance";
import { z } from "zod";
import { foundBy } from "../../../src/audit/append-entries.ts";
import type { EntryItem, StateItem } from "../../../src/audit/audit-tables.ts";
import { chainAfter, firstChain, type LogName, logNameOf, stateItem } from "../../../src/audit/log-state.ts";
import { leafHash, MerkleEdge } from "../../../src/audit/merkle-tree.ts";
import { NoteSigner } from "../../../src/audit/signed-note.ts";
import { contextOf, eventOf, keys, openLog, testClock } from "../fixtures.ts";

const definitions = defineAuditTables();
/** An attacker writes past our schema. */
const anything = z.looseObject({
  log: z.string(),
  index: z.number(),
  subject: z.string(),
  event_type: z.string(),
  written_at: z.number(),
});
const lawless = { ...definitions.entries, schema: anything as unknown as z.ZodType<EntryItem> };
/** Key of before, of the same name: the attacker has it. */
export const oldSigner = NoteSigner.parse(newAuditKeyPair("example.org/artguard-audit").signingKey);
export const log: LogName = logNameOf("example.org/artguard-audit", "security");

/** What the store holds of the security log. */
export interface StoredLog {
  readonly entries: readonly EntryItem[];
  readonly states: readonly StateItem[];
}

/** A log that was written honestly, with what an attacker may have copied on the way. */
export interface HonestLog {
  readonly stored: StoredLog;
  /** The only thing that is kept outside. */
  readonly checkpoint: string;
  /** Earlier states of the head, all signed. */
  readonly earlier: readonly StateItem[];
}

/** Opens the tables of a store. */
export async function openTables(tables: TableStore) {
  return { entries: await tables.open(definitions.entries), state: await tables.open(definitions.state) };
}

/** Writes a log of about `size` entries in batches of random length. */
export async function writeLog(size: number, random: () => number): Promise<HonestLog> {
  const clock = testClock();
  const { log: writer, tables } = await openLog({}, clock);
  const { state } = await openTables(tables);
  const earlier: StateItem[] = [];
  for (let written = 0; written < size; ) {
    const batch = Math.min(size - written, 1 + Math.floor(random() * 60));
    const types = ["analysis.read", "access.refused", "key.used"];
    const append = (_: unknown, offset: number) => {
      const type = types[Math.floor(random() * types.length)]!;
      const context = contextOf(`user-${Math.floor(random() * 5)}`);
      return writer.logSecurityEvent(context, eventOf(written + offset, { type }));
    };
    await Promise.all(Array.from({ length: batch }, append));
    written += batch;
    clock.advance(Math.floor(random() * 60_000));
    earlier.push((await state.get({ name: "security#head" }))!);
  }
  return { stored: await readStored(tables), checkpoint: await writer.checkpoint(), earlier };
}

/** Everything that is stored. */
async function readStored(tables: TableStore): Promise<StoredLog> {
  const { entries, state } = await openTables(tables);
  const names = ["security#head", "security#pruned"];
  const states = (await state.batchGet(names.map((name) => ({ name })))).filter((item) => item !== undefined);
  return { entries: await allEntries(entries), states };
}

async function allEntries(entries: Table<EntryItem>): Promise<EntryItem[]> {
  const items: EntryItem[] = [];
  let cursor: string | undefined;
  do {
    const page = await entries.query({ partition: "security", limit: 1000, ...(cursor !== undefined && { cursor }) });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}

/** A new store with this content. */
export async function storeOf({ entries, states }: StoredLog): Promise<MemoryTableStore> {
  const tables = new MemoryTableStore();
  await (await tables.open(lawless)).batchWrite({ put: entries });
  await (await tables.open(definitions.state)).batchWrite({ put: states });
  return tables;
}

/** What an attacker with the code, without the key, makes of lines: right chain, right tree, right copies. */
export function rebuilt(lines: readonly string[], signer: NoteSigner): { entries: EntryItem[]; head: StateItem } {
  const edge = new MerkleEdge();
  let chain = firstChain(log.origin);
  const entries = lines.map((line, index): EntryItem => {
    const leaf = leafHash(Buffer.from(line));
    edge.append(leaf);
    chain = chainAfter(chain, leaf);
    const entry: LogEntry = JSON.parse(line);
    const found = foundBy(entry);
    const written_at = Number.isNaN(found.written_at) ? 1 : found.written_at;
    return { log: "security", index, line, chain: chain.toString("base64"), ...found, written_at };
  });
  return { entries, head: stateItem(log, "head", { edge, chain }, signer) };
}

/** The key of the log, for attacks from inside. */
export const insider = NoteSigner.parse(keys.signingKey);
