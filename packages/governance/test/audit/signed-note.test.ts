import { newAuditKeyPair } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { openCheckpoint, signCheckpoint, splitCheckpoints } from "../../src/audit/checkpoint.ts";
import { leafHash } from "../../src/audit/merkle-tree.ts";
import { NoteSigner, NoteVerifier, openNote } from "../../src/audit/signed-note.ts";

/** The example of https://c2sp.org/signed-note. */
const verifierKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const note = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;
const verifier = NoteVerifier.parse(verifierKey);

describe("signed notes", () => {
  it("verify the example of the specification, and read its key", () => {
    expect(openNote(note, [verifier])).toBe("This is an example message.\n");
    expect(verifier.toString()).toBe(verifierKey);
  });

  it("are refused after any change of a character", () => {
    for (let index = 0; index < note.length; index++) {
      const changed = `${note.slice(0, index)}${note[index] === "x" ? "y" : "x"}${note.slice(index + 1)}`;
      const opened = openNote(changed, [verifier]);
      // The last bits of base64 before "=" carry nothing.
      if (index !== note.length - 3) expect(opened, `character ${index}`).toBeUndefined();
    }
  });

  it("may carry signatures of unknown keys, and none that is wrong of a known one", () => {
    const other = NoteSigner.parse(newAuditKeyPair("example.com/other").signingKey).sign(
      "This is an example message.\n",
    );
    const line = other.split("\n").at(-2)!;
    expect(openNote(`${note}${line}\n`, [verifier])).toBe("This is an example message.\n");
    expect(openNote(other, [verifier])).toBeUndefined();
    const wrong = note.split("\n").at(-2)!.replace("Uw2QOkn8", "Uw2QOkn9");
    expect(openNote(`${note}${wrong}\n`, [verifier])).toBeUndefined();
    expect(openNote(note.replace(".\n", ".\r\n"), [verifier])).toBeUndefined();
  });

  it("have keys that survive being written and read", () => {
    const pair = newAuditKeyPair("example.org/log");
    const signer = NoteSigner.parse(pair.signingKey);
    expect(signer.verifier.toString()).toBe(pair.verifierKey);
    expect(openNote(signer.sign("text\n"), [NoteVerifier.parse(pair.verifierKey)])).toBe("text\n");
  });

  it("refuse keys that were damaged, without repeating them", () => {
    const { signingKey, verifierKey: good } = newAuditKeyPair("example.org/log");
    const bad = [
      () => NoteSigner.parse(signingKey.replace("example", "sample")),
      () => NoteSigner.parse(signingKey.slice(0, -6)),
      () => NoteVerifier.parse(good.replace(/\+[0-9a-f]{8}\+/, "+00000000+")),
      () => NoteVerifier.parse(signingKey),
      () => newAuditKeyPair("two words"),
    ];
    for (const parse of bad) {
      expect(parse).toThrow(expect.objectContaining({ code: "audit.invalid-key" }));
      expect(parse).not.toThrow(signingKey.slice(-20));
    }
  });
});

describe("checkpoints", () => {
  const signer = NoteSigner.parse(newAuditKeyPair("example.org/log").signingKey);
  const checkpoint = { origin: "example.org/log/security", size: 7, root: leafHash(Buffer.of(1)), extensions: [] };
  const signed = signCheckpoint(signer, checkpoint);

  it("have the form of C2SP, and the key takes the name of the origin", () => {
    expect(signed.split("\n").slice(0, 4)).toEqual([checkpoint.origin, "7", checkpoint.root.toString("base64"), ""]);
    expect(signed).toContain(`— ${checkpoint.origin} `);
    expect(openCheckpoint(signed, checkpoint.origin, [signer.verifier])).toEqual(checkpoint);
  });

  it("of one log are none of another", () => {
    expect(openCheckpoint(signed, "example.org/log/queries", [signer.verifier])).toBeUndefined();
  });

  it("are split from a row of them, whatever lies between", () => {
    const second = signCheckpoint(signer, { ...checkpoint, origin: "example.org/log/queries", extensions: ["more"] });
    const split = splitCheckpoints(`${signed}\n${second}\n\n`);
    expect([...split.values()]).toEqual([signed, second]);
    const bad = expect.objectContaining({ code: "audit.invalid-checkpoint" });
    for (const text of ["", "nothing", `${signed}${signed}`, `${signed}and more`]) {
      expect(() => splitCheckpoints(text), text).toThrow(bad);
    }
  });
});
