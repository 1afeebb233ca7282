// DynamoDBTable against the SDK's document client, in processor time of this process: `npm run bench:dynamodb`.
import { parseArgs } from "node:util";
import {
  canRunDynamoDBLocal,
  type DynamoDBLocal,
  startDynamoDBLocal,
} from "@artguard/development-servers/dynamodb-local";
import { figure, textTable } from "./report/text-table.ts";
import { measureDynamoDB } from "./storage/dynamodb-overhead.ts";
import { quantile } from "./storage/overhead.ts";

const { values } = parseArgs({
  options: { records: { type: "string", default: "400" }, rounds: { type: "string", default: "30" } },
});

if (canRunDynamoDBLocal()) {
  const local = await startDynamoDBLocal();
  try {
    await printOverhead(local);
  } finally {
    await local[Symbol.asyncDispose]();
  }
}

async function printOverhead(local: DynamoDBLocal): Promise<void> {
  const rounds = Number(values.rounds);
  const { costs, documentBytes } = await measureDynamoDB(local, Number(values.records), rounds);
  console.log(
    `Records of a real analysis (${documentBytes} bytes of JSON), ${values.records} stored in DynamoDB Local.`,
  );
  console.log(`Processor time, median of ${rounds} rounds, alternating; ratio = ours / bare, asked ≤ 1.100.\n`);
  const rows = costs.map(({ name, calls, ours, bare, ratios }) => [
    name,
    String(calls),
    ours.toFixed(0),
    bare.toFixed(0),
    figure(ours / bare),
    `${figure(quantile(ratios, 0.1))}–${figure(quantile(ratios, 0.9))}`,
  ]);
  console.log(
    textTable(["operation", "calls", "DynamoDBTable µs", "lib-dynamodb µs", "ratio", "rounds, 10–90 %"], rows),
  );
}
