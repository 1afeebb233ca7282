import { ArtGuardError, type Table } from "@artguard/core";
import type { AuditCategory } from "./audit-category.ts";
import { type StateItem, stateItemSchema } from "./audit-tables.ts";
import { openCheckpoint, prunedExtension, signCheckpoint } from "./checkpoint.ts";
import { type Hash, MerkleEdge, sha256 } from "./merkle-tree.ts";
import type { NoteSigner, NoteVerifier } from "./signed-note.ts";

/** A log up to some entry: all that the next one continues. */
export interface LogState {
  readonly edge: MerkleEdge;
  readonly chain: Hash;
  /** Signed; undefined before the first entry. */
  readonly checkpoint: string | undefined;
}

/** Names one of the three logs. */
export interface LogName {
  readonly category: AuditCategory;
  /** First line of its checkpoints. */
  readonly origin: string;
}

/** The log of a category under the name of its key. */
export function logNameOf(keyName: string, category: AuditCategory): LogName {
  return { category, origin: `${keyName}/${category}` };
}

/** What the chain begins with: another one for each log. */
export function firstChain(origin: string): Hash {
  return sha256(Buffer.from(`artguard audit chain\n${origin}\n`));
}

/** The chain with one more entry. */
export function chainAfter(before: Hash, leaf: Hash): Hash {
  return sha256(Buffer.concat([before, leaf]));
}

/** A log without entries. */
export function emptyState(origin: string): LogState {
  return { edge: new MerkleEdge(), chain: firstChain(origin), checkpoint: undefined };
}

/** Which state of a log an item holds: its end, or the end of what was deleted as expired. */
export type StateKind = "head" | "pruned";

/** Key of a {@link StateItem}. */
export function stateName(category: AuditCategory, kind: StateKind | "export"): string {
  return `${category}#${kind}`;
}

/** The item of a state, as it is stored; its tree is signed. */
export function stateItem(
  { category, origin }: LogName,
  kind: StateKind,
  state: Omit<LogState, "checkpoint">,
  signer: NoteSigner,
): StateItem & { readonly checkpoint: string } {
  const { edge, chain } = state;
  const extensions = kind === "pruned" ? [prunedExtension] : [];
  return {
    name: stateName(category, kind),
    size: edge.size,
    edge: edge.nodes.map((node) => node.toString("base64")),
    chain: chain.toString("base64"),
    checkpoint: signCheckpoint(signer, { origin, size: edge.size, root: edge.root(), extensions }),
  };
}

/** What a stored state says, and why it cannot be believed, if so. */
export interface ReadState {
  readonly state: LogState;
  readonly problem?: string;
}

/** Reads a stored state and checks that its checkpoint is signed and speaks of just this tree. */
export function readState(
  item: StateItem,
  kind: StateKind,
  { origin }: LogName,
  verifiers: readonly NoteVerifier[],
): ReadState {
  if (!stateItemSchema.safeParse(item).success) return { state: emptyState(origin), problem: "it is damaged" };
  const edge = new MerkleEdge(
    item.size,
    item.edge?.map((node) => Buffer.from(node, "base64")),
  );
  const chain = Buffer.from(item.chain ?? "", "base64");
  if (!edge.isWhole || chain.length !== 32) return { state: emptyState(origin), problem: "it is damaged" };
  const believed = { edge, chain, checkpoint: item.checkpoint };
  const problem = stateProblem(believed, kind, origin, verifiers);
  return problem === undefined ? { state: believed } : { state: { ...believed, checkpoint: undefined }, problem };
}

function stateProblem(
  { edge, checkpoint }: LogState,
  kind: StateKind,
  origin: string,
  verifiers: readonly NoteVerifier[],
): string | undefined {
  const signed = checkpoint === undefined ? undefined : openCheckpoint(checkpoint, origin, verifiers);
  if (signed === undefined) return "its checkpoint is not signed by a key that is trusted";
  if (signed.extensions.includes(prunedExtension) !== (kind === "pruned")) return "its checkpoint has another purpose";
  if (signed.size === edge.size && signed.root.equals(edge.root())) return undefined;
  return "its tree is not the one of its signed checkpoint";
}

/** Reads the end of a log. @throws ArtGuardError `audit.tampered` */
export async function loadHead(
  table: Table<StateItem>,
  log: LogName,
  verifiers: readonly NoteVerifier[],
  signal?: AbortSignal,
): Promise<LogState> {
  return (await loadState(table, "head", log, verifiers, signal)) ?? emptyState(log.origin);
}

/** Reads a state, undefined when there is none. @throws ArtGuardError `audit.tampered` */
export async function loadState(
  table: Table<StateItem>,
  kind: StateKind,
  log: LogName,
  verifiers: readonly NoteVerifier[],
  signal?: AbortSignal,
): Promise<LogState | undefined> {
  const name = stateName(log.category, kind);
  const item = await table.get({ name }, { consistent: true, ...(signal && { signal }) });
  if (item === undefined) return undefined;
  const { state, problem } = readState(item, kind, log, verifiers);
  if (problem === undefined) return state;
  throw tampered(log, `the stored state ${name}: ${problem}`);
}

export function tampered({ category, origin }: LogName, problem: string): ArtGuardError {
  return new ArtGuardError("audit.tampered", `${origin}: ${problem}`, { details: { category } });
}
