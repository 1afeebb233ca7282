import type { LogEntry } from "@artguard/governance";
import type { EntryItem, StateItem } from "../../../src/audit/audit-tables.ts";
import { type HonestLog, insider, oldSigner, rebuilt, type StoredLog } from "./stored-log.ts";

/** Makes of an honest log what the attacker leaves in the store. */
export type Attack = (honest: HonestLog, random: () => number) => StoredLog;

const pick = (length: number, random: () => number) => Math.floor(random() * length);
const linesOf = ({ stored }: HonestLog) => stored.entries.map(({ line }) => line);
const headOf = ({ stored }: HonestLog) => stored.states.find(({ name }) => name === "security#head")!;

/** Replaces one entry, everything else as it was. */
function changed(honest: HonestLog, index: number, change: Partial<EntryItem>): StoredLog {
  const { entries, states } = honest.stored;
  return { states, entries: entries.with(index, { ...entries[index]!, ...change }) };
}

/** Everything computed anew, under the signature of the honest head. */
function recomputed(honest: HonestLog, lines: readonly string[]): StoredLog {
  const { entries, head } = rebuilt(lines, oldSigner);
  const { checkpoint } = headOf(honest);
  return { entries, states: [{ ...head, ...(checkpoint !== undefined && { checkpoint }) }] };
}

/** Everything computed anew and signed by a key. */
function signedBy(signer: typeof insider, lines: readonly string[]): StoredLog {
  const { entries, head } = rebuilt(lines, signer);
  return { entries, states: [head] };
}

/** A line with one character of a value changed, still JSON. */
function flipped(line: string, random: () => number): string {
  const digits = [...line.matchAll(/[0-9]/g)].map(({ index }) => index);
  const at = digits[pick(digits.length, random)]!;
  return `${line.slice(0, at)}${(Number(line[at]) + 1 + pick(9, random)) % 10}${line.slice(at + 1)}`;
}

function forged(line: string): string {
  const entry: LogEntry = JSON.parse(line);
  return JSON.stringify({ ...entry, result: { ...entry.result, status: "SUCCESS", forged: true } });
}

function swapped(lines: readonly string[], random: () => number): string[] {
  const [a, b] = [pick(lines.length, random), pick(lines.length, random)];
  const other = a === b ? (b + 1) % lines.length : b;
  return lines.with(a, lines[other]!).with(other, lines[a]!);
}

/** A signed state of before, and the entries up to it. */
function rolledBack({ stored, earlier }: HonestLog, random: () => number): StoredLog {
  const head: StateItem = earlier[pick(earlier.length - 1, random)]!;
  return { states: [head], entries: stored.entries.slice(0, head.size) };
}

/** Every kind of attack by name. Those with `recomputed`, `old key` or `insider` know the format; the last has the key. */
export const attacks: Readonly<Record<string, Attack>> = {
  "a line is flipped": (honest, random) => {
    const index = pick(honest.stored.entries.length, random);
    return changed(honest, index, { line: flipped(honest.stored.entries[index]!.line, random) });
  },
  "a line is flipped, all recomputed": (honest, random) => {
    const lines = linesOf(honest);
    const index = pick(lines.length, random);
    return recomputed(honest, lines.with(index, flipped(lines[index]!, random)));
  },
  "a stored chain is flipped": (honest, random) => {
    const index = pick(honest.stored.entries.length, random);
    const chain = Buffer.from(honest.stored.entries[index]!.chain, "base64");
    chain[pick(32, random)]! ^= 1 << pick(8, random);
    return changed(honest, index, { chain: chain.toString("base64") });
  },
  "an entry is listed under another user": (honest, random) =>
    changed(honest, pick(honest.stored.entries.length, random), { subject: "subj_somebody" }),
  "an entry is listed under another date": (honest, random) =>
    changed(honest, pick(honest.stored.entries.length, random), { written_at: 1 + pick(1e12, random) }),
  "an entry loses its line, past every schema": (honest, random) =>
    changed(honest, pick(honest.stored.entries.length, random), { line: undefined as unknown as string }),
  "an entry gets a number for its chain, past every schema": (honest, random) =>
    changed(honest, pick(honest.stored.entries.length, random), { chain: 7 as unknown as string }),
  "an entry is deleted": ({ stored }, random) => ({
    states: stored.states,
    entries: stored.entries.toSpliced(pick(stored.entries.length, random), 1),
  }),
  "an entry is deleted, all recomputed": (honest, random) => {
    const lines = linesOf(honest);
    return recomputed(honest, lines.toSpliced(pick(lines.length, random), 1));
  },
  "two lines are exchanged": (honest, random) => {
    const lines = swapped(linesOf(honest), random);
    return {
      ...honest.stored,
      entries: honest.stored.entries.map((entry, index) => ({ ...entry, line: lines[index]! })),
    };
  },
  "two lines are exchanged, all recomputed": (honest, random) => recomputed(honest, swapped(linesOf(honest), random)),
  "a line is inserted, all recomputed": (honest, random) => {
    const lines = linesOf(honest);
    const index = pick(lines.length, random);
    return recomputed(honest, lines.toSpliced(index, 0, forged(lines[index]!)));
  },
  "an entry lies behind the end": ({ stored }) => {
    const last = stored.entries.at(-1)!;
    return { ...stored, entries: [...stored.entries, { ...last, index: last.index + 1, line: forged(last.line) }] };
  },
  "an entry lies before the beginning": ({ stored }) => ({
    ...stored,
    entries: [...stored.entries, { ...stored.entries[0]!, index: -1 }],
  }),
  "the tail is cut off": ({ stored }, random) => ({
    ...stored,
    entries: stored.entries.slice(0, pick(stored.entries.length, random)),
  }),
  "the tail is cut off, all recomputed": (honest, random) => {
    const lines = linesOf(honest);
    return recomputed(honest, lines.slice(0, 1 + pick(lines.length - 1, random)));
  },
  "the log is rolled back to a signed state": rolledBack,
  "everything is deleted": () => ({ entries: [], states: [] }),
  "the head is deleted": ({ stored }) => ({ ...stored, states: [] }),
  "the signature is exchanged for an earlier one": (honest, random) => {
    const { checkpoint } = honest.earlier[pick(honest.earlier.length - 1, random)]!;
    return { ...honest.stored, states: [{ ...headOf(honest), ...(checkpoint !== undefined && { checkpoint }) }] };
  },
  "a beginning is passed off as expired": ({ stored, earlier }, random) => {
    const head = earlier[pick(earlier.length, random)]!;
    const pruned = { ...head, name: "security#pruned" };
    return { states: [...stored.states, pruned], entries: stored.entries.slice(head.size) };
  },
  "a line is changed, signed with an old key": (honest, random) => {
    const lines = linesOf(honest);
    const index = pick(lines.length, random);
    return signedBy(oldSigner, lines.with(index, forged(lines[index]!)));
  },
  "lines are appended, signed with an old key": (honest) => {
    const lines = linesOf(honest);
    return signedBy(oldSigner, [...lines, forged(lines.at(-1)!)]);
  },
  "the log is forked by an insider": (honest, random) => {
    const lines = linesOf(honest);
    const from = pick(lines.length, random);
    return signedBy(insider, [...lines.slice(0, from), ...lines.slice(from).map(forged), forged(lines[0]!)]);
  },
};
