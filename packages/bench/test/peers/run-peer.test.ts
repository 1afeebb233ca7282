import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findPeers } from "../../src/peers/peer.ts";
import { runPeer } from "../../src/peers/run-peer.ts";

const folder = mkdtempSync(join(tmpdir(), "artguard-peers-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A peer in JavaScript that answers with what `body` makes of a job. */
function peer(body: string) {
  const script = join(folder, "peer.mjs");
  writeFileSync(
    script,
    `import { readFileSync } from "node:fs";
     for (const job of JSON.parse(readFileSync(process.argv[2]))) { ${body} }`,
  );
  return { name: "made", command: [process.execPath, script] };
}

const jobs = ["a.png", "b.png"].map((image) => ({ image, map: `${image}.map` }));

function put(path: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), "");
}

describe("runPeer", () => {
  it("gives an answer for every image, failures of single images among them, and passes over other output", async () => {
    const made = peer(`
      console.log("a warning");
      const said = job.image === "a.png" ? { score: 2, accused: true, seconds: 1 } : { error: "too small" };
      console.log(JSON.stringify({ image: job.image, ...said }));`);
    expect(await runPeer(made, jobs, folder)).toEqual([
      { image: "a.png", score: 2, accused: true, seconds: 1 },
      { image: "b.png", error: "too small" },
    ]);
  });

  it.each([
    [
      "ends early",
      `console.log(JSON.stringify({ image: job.image, score: 0 })); process.exit(0);`,
      "ended with 0 after 1 of 2",
    ],
    ["breaks", `console.error("no module named torch"); process.exit(3);`, "no module named torch"],
    ["answers for another image", `console.log(JSON.stringify({ image: "c.png", score: 0 }));`, "ended with 0 after 2"],
  ])("throws when the peer %s", async (_, body, message) => {
    await expect(runPeer(peer(body), jobs, folder)).rejects.toThrow(message);
  });
});

describe("findPeers", () => {
  it("tells what is missing and how to get it, and finds what is there", () => {
    expect(findPeers(folder)).toEqual(
      ["ZERO (C)", "Splicebuster (PhotoHolmes)", "Noisesniffer (PhotoHolmes)"].map((name) => ({
        name,
        reason: expect.stringMatching(/is missing\. In .*: git clone https:/),
      })),
    );
    put("ZERO/zero");
    expect(findPeers(folder)[0]).toMatchObject({ reason: expect.stringContaining("python3 -m venv venv") });
    put("venv/bin/python");
    expect(findPeers(folder)[0]).toEqual({
      name: "ZERO (C)",
      command: [join(folder, "venv/bin/python"), expect.stringMatching(/zero\.py$/), join(folder, "ZERO")],
    });
  });
});
