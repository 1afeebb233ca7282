// Features of pictures for training the synthetic-image model, computed by the detector's own code.
//
//   node scripts/bootstrap.mjs run packages/bench/src/extract-synthetic-features.ts <index.csv> <features.csv>
//
// The index is a CSV file whose first column names pictures beside it; the features are appended to its columns.
import { createWriteStream, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openForensicImage } from "@artguard/core/image";
import { syntheticImageFeatures } from "@artguard/forensics";

const [index, target] = process.argv.slice(2);
if (!index || !target) throw new Error("usage: extract-synthetic-features <index.csv> <features.csv>");
const [header, ...rows] = readFileSync(index, "utf8").trim().split(/\r?\n/);
const output = createWriteStream(target);
let isFirst = true;
for (const [i, row] of rows.entries()) {
  const file = join(dirname(index), row.split(",")[0]!);
  const { raster } = await openForensicImage(new Uint8Array(readFileSync(file)));
  const { names, values } = syntheticImageFeatures(raster);
  if (isFirst) output.write(`${header},${names.join(",")}\n`);
  isFirst = false;
  output.write(`${row},${values.map((value) => value.toPrecision(7)).join(",")}\n`);
  if (i % 50 === 0) process.stderr.write(`\r${i}/${rows.length} `);
}
output.end();
process.stderr.write("\n");
