import { readFile } from "node:fs/promises";
import { createArtGuard } from "@artguard/core";
import { forensicDetectors } from "@artguard/forensics";

await using artguard = await createArtGuard({ detectors: forensicDetectors() });
const analysis = await artguard.analyze(await readFile("../images/spliced.jpg"), { filename: "spliced.jpg" });

console.log(analysis.verdict, analysis.forgery_score);
for (const finding of analysis.findings) console.log(finding.claim, finding.weight);
