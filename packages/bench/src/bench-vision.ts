// Our call of a vision model on Bedrock against the bare call of the SDK, on a fake; the tokens of pictures:
// `npm run bench:vision`.
import { parseArgs } from "node:util";
import { bedrock } from "@artguard/core/bedrock";
import { textTable } from "./report/text-table.ts";
import { quantile } from "./storage/overhead.ts";
import { timeVision } from "./vision/vision-overhead.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "200" } } });
const mostAddedMs = 15;

await printOverhead(Number(values.rounds));
printTokens();

async function printOverhead(rounds: number): Promise<void> {
  const { ours, bare, shrinking, pictureBytes, bodyBytes } = await timeVision(rounds);
  console.log(
    `A picture of 2 MP (${pictureBytes} bytes of JPEG) and the same ${bodyBytes} bytes of request for both, sent`,
  );
  console.log(
    `to a fake Bedrock in this process that answers at once; ${rounds} rounds after 10 of warm-up, alternating.\n`,
  );
  const row = (name: string, times: readonly number[]) =>
    [name, ...[0.5, 0.95].map((share) => quantile(times, share).toFixed(2))] as const;
  const [oursRow, bareRow] = [row("BedrockVisionModel", ours), row("bare SDK", bare)];
  const added = oursRow.slice(1).map((cell, i) => Number(cell) - Number(bareRow[i + 1]));
  const addedRow = ["added", ...added.map((ms) => ms.toFixed(2))];
  const shrinkingRow = row("… of 2048 × 1536, shrunk first", shrinking);
  console.log(textTable(["call", "p50, ms", "p95, ms"], [oursRow, bareRow, addedRow, shrinkingRow]));
  console.log(`\nAdded at p95: ${added[1]?.toFixed(2)} ms; asked ≤ ${mostAddedMs} ms.\n`);
}

function printTokens(): void {
  const [standard, high] = ["anthropic.claude-sonnet-4-6", "anthropic.claude-opus-4-8"].map((model) =>
    bedrock({ model, region: "eu-central-1" }),
  );
  const rows = [
    ...([
      [400, 300],
      [640, 480],
      [800, 600],
      [1000, 1000],
      [1024, 768],
      [1280, 1024],
    ] as const),
    ...([
      [1568, 1176],
      [1920, 1080],
      [2048, 1365],
      [2048, 1536],
      [2048, 2048],
    ] as const),
  ].map(([width, height]) => {
    const [small, large] = [standard, high].map((model) => model?.estimate({ width, height }));
    const documented = [documentedTokens(width, height, 1568, 1568), documentedTokens(width, height, 2576, 4784)];
    const cell = (tokens = 0, formula = 0) => `${tokens} (${(100 * (tokens / formula - 1)).toFixed(1)} %)`;
    return [
      `${width} × ${height}`,
      cell(small?.picture_tokens, documented[0]),
      cell(large?.picture_tokens, documented[1]),
      `${small?.first_request.cost_usd.toFixed(4)} – ${small?.cost_usd.toFixed(4)}`,
    ];
  });
  console.log("Tokens of a picture (difference from Anthropic's width · height / 750), and what a call costs at most,");
  console.log("without and with its repair turn, claude-sonnet-4-6 at 3 and 15 USD a million tokens.\n");
  console.log(textTable(["picture", "standard", "high resolution", "USD"], rows));
}

function documentedTokens(width: number, height: number, side: number, most: number): number {
  const scale = Math.min(1, side / Math.max(width, height));
  return Math.min(most, (width * scale * height * scale) / 750);
}
