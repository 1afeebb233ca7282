// Judges a folder with a bounded number of images at a time, is interrupted, and goes on where it was. Without arguments it
// does so with the example images; `pnpm start FOLDER` judges yours and leaves verdicts.jsonl and verdicts.csv here.
import assert from "node:assert/strict";
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createArtGuard } from "@artguard/core";
import { forensicDetectors } from "@artguard/forensics";
import { judgeFolder, readRows, toCsv } from "./batch.ts";

const artguard = await createArtGuard({ detectors: forensicDetectors(), storage: "memory" });
const concurrency = availableParallelism();
try {
  const [, , folder] = process.argv;
  if (folder === undefined) await withExampleImages();
  else await withFolder(folder);
} finally {
  await artguard[Symbol.asyncDispose]();
}

async function withFolder(folder: string) {
  const to = "verdicts.jsonl";
  for await (const { path, verdict, score } of judgeFolder(artguard, folder, { to, concurrency }))
    console.log(verdict, score ?? "", path);
  await writeFile("verdicts.csv", toCsv(await readRows(to)));
}

async function withExampleImages() {
  const folder = await mkdtemp(join(tmpdir(), "artguard-batch-"));
  try {
    const [pictures, to] = [join(folder, "pictures"), join(folder, "verdicts.jsonl")];
    await cp(new URL("../images", import.meta.url), join(pictures, "deep"), { recursive: true });
    await writeFile(join(pictures, "broken.jpg"), "this is no picture");

    // Somebody stops it after the second picture, and the power fails in the middle of a line.
    for await (const { path, verdict } of judgeFolder(artguard, pictures, { to, concurrency: 1 })) {
      console.log("before the interruption:", path, verdict);
      if ((await readRows(to)).length === 2) break;
    }
    await appendFile(to, '{"path":"deep/gener');

    const [again, most] = await goOn(pictures, to);
    assert.equal(again.length, 3);
    assert.equal(most, 2, `${most} at the same time`);

    const rows = await readRows(to);
    const verdicts = Object.fromEntries(rows.map(({ path, verdict }) => [path, verdict]));
    assert.deepEqual(verdicts, {
      "broken.jpg": "UNREADABLE",
      "deep/copy-move.jpg": "LIKELY_FORGED",
      "deep/generated.png": "LIKELY_FORGED",
      "deep/spliced.jpg": "LIKELY_FORGED",
      "deep/untouched.jpg": "AUTHENTIC",
    });
    assert.equal(rows.length, 5, "a picture has two rows");
    const csv = toCsv([...rows, { path: '=cmd|" /c calc"', verdict: "AUTHENTIC", reasons: [] }]);
    assert.equal(csv.trimEnd().split("\r\n").length, 7);
    assert.ok(csv.includes(`"'=cmd|"" /c calc"""`));
    assert.equal((await readFile(to, "utf8")).trimEnd().split("\n").length, 5);
    console.log(csv.split("\r\n")[1]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The rest, two pictures at a time: which, and how many at most were under way. */
async function goOn(pictures: string, to: string) {
  let [running, most] = [0, 0];
  const counting = {
    ...artguard,
    analyze: async (...args: Parameters<typeof artguard.analyze>) => {
      most = Math.max(most, ++running);
      return artguard.analyze(...args).finally(() => running--);
    },
  };
  const again: string[] = [];
  for await (const { path } of judgeFolder(counting, pictures, { to, concurrency: 2 })) again.push(path);
  return [again, most] as const;
}
