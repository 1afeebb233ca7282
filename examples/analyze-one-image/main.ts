import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createArtGuard } from "@artguard/core";
import { forensicDetectors } from "@artguard/forensics";

const picture = new URL("../images/spliced.jpg", import.meta.url);

await using artguard = await createArtGuard({ detectors: forensicDetectors() });
const analysis = await artguard.analyze(await readFile(picture), { filename: "spliced.jpg" });

console.log(analysis.verdict, Math.round(analysis.forgery_score));
for (const finding of analysis.findings) console.log(finding.weight.toFixed(2), finding.claim);

assert.notEqual(analysis.verdict, "AUTHENTIC");
assert.ok(analysis.regions.length > 0, "the pasted region is located");
