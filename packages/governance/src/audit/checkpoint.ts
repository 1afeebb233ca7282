import { ArtGuardError } from "@artguard/core";
import type { Hash } from "./merkle-tree.ts";
import { type NoteSigner, type NoteVerifier, openNote } from "./signed-note.ts";

/**
 * How large a log was and what it contained: the text of a C2SP checkpoint.
 *
 * Source: https://c2sp.org/tlog-checkpoint
 */
export interface Checkpoint {
  /** Which log: `<name of the key>/<category>`. */
  readonly origin: string;
  /** Number of entries. */
  readonly size: number;
  /** Root of the RFC 9162 tree over them. */
  readonly root: Hash;
  /** Signed with the rest; {@link prunedExtension} says that the entries were deleted as expired. */
  readonly extensions: readonly string[];
}

/** Extension line of the checkpoint that stands in place of expired entries. */
export const prunedExtension = "artguard: pruned";

const form = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n((?:[^\n]+\n)*)$/u;
/** Notes one after the other: each ends with its signature lines, and no text line begins like one. */
const noteForm = /(?:[^\n—][^\n]*\n)+\n(?:— [^\n]+\n)+\n*/gu;

/** The signed note of a checkpoint; the key takes the origin as its name. */
export function signCheckpoint(signer: NoteSigner, { origin, size, root, extensions }: Checkpoint): string {
  const lines = [origin, String(size), root.toString("base64"), ...extensions];
  return signer.named(origin).sign(`${lines.join("\n")}\n`);
}

/** The checkpoint in a note that one of the keys signed in the name of this origin, or undefined. */
export function openCheckpoint(
  note: string,
  origin: string,
  verifiers: readonly NoteVerifier[],
): Checkpoint | undefined {
  const text = openNote(
    note,
    verifiers.map((verifier) => verifier.named(origin)),
  );
  const checkpoint = text === undefined ? undefined : parseText(text);
  return checkpoint?.origin === origin ? checkpoint : undefined;
}

/**
 * The notes of a text that holds one or several, e.g. those of all categories, by origin.
 *
 * @throws ArtGuardError `audit.invalid-checkpoint` when something else is in it.
 */
export function splitCheckpoints(text: string): Map<string, string> {
  const notes = text.match(noteForm) ?? [];
  if (notes.length === 0 || notes.join("") !== text) {
    throw new ArtGuardError("audit.invalid-checkpoint", "the text is not a row of signed checkpoints");
  }
  const byOrigin = new Map(notes.map((note) => [note.slice(0, note.indexOf("\n")), `${note.trimEnd()}\n`]));
  if (byOrigin.size === notes.length) return byOrigin;
  throw new ArtGuardError("audit.invalid-checkpoint", "the text has two checkpoints of one log");
}

function parseText(text: string): Checkpoint | undefined {
  const [, origin, size, root, rest = ""] = form.exec(text) ?? [];
  if (origin === undefined || root === undefined || !Number.isSafeInteger(Number(size))) return undefined;
  const extensions = rest.split("\n").slice(0, -1);
  return { origin, size: Number(size), root: Buffer.from(root, "base64"), extensions };
}
