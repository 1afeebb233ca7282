import { type Analysis, type ArtGuard, verdicts } from "@artguard/core";
import { printable } from "../printable.ts";
import { localUser } from "../stores/local-user.ts";
import { parseStoreCommand } from "../stores/store-options.ts";
import { withArtGuard } from "../stores/with-artguard.ts";
import { UsageError } from "../usage-error.ts";

const disputeOptions = { reason: { type: "string" }, user: { type: "string" } } as const;
const reviewOptions = {
  note: { type: "string" },
  verdict: { type: "string" },
  reviewer: { type: "string" },
  unresolved: { type: "boolean", default: false },
} as const;

/** `artguard dispute`: puts a dispute beside the result of a kept analysis; without a request_id, lists open ones. @throws UsageError */
export async function dispute(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseStoreCommand(args, disputeOptions);
  const { reason, user } = values;
  if (positionals.length === 0 && reason === undefined) {
    return await withArtGuard(values, async (artguard) => {
      for await (const open of allDisputed(artguard)) write(open, values.json);
      return 0;
    });
  }
  const requestId = oneOf(positionals);
  if (reason === undefined) throw new UsageError("--reason must say what is wrong with the result");
  return await withArtGuard(values, async (artguard) => {
    write(await artguard.dispute(requestId, { reason, ...(user !== undefined && { userId: user }) }), values.json);
    return 0;
  });
}

/** `artguard review`: answers the dispute about a kept analysis. @throws UsageError */
export async function review(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseStoreCommand(args, reviewOptions);
  const requestId = oneOf(positionals);
  const { note, reviewer = localUser, unresolved } = values;
  if (note === undefined) throw new UsageError("--note must say what the reviewer found");
  const verdict = verdicts.find((each) => each === values.verdict);
  if (values.verdict !== undefined && !verdict)
    throw new UsageError(`--verdict must be one of ${verdicts.join(", ")}, got "${values.verdict}"`);
  const said = { note, reviewerId: reviewer, resolved: !unresolved, ...(verdict && { verdict }) };
  return await withArtGuard(values, async (artguard) => {
    write(await artguard.review(requestId, said), values.json);
    return 0;
  });
}

async function* allDisputed(artguard: Pick<ArtGuard, "disputed">): AsyncGenerator<Analysis, void, undefined> {
  let cursor: string | undefined;
  do {
    const page = await artguard.disputed({ cursor });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

function oneOf([requestId, ...more]: readonly string[]): string {
  if (requestId !== undefined && more.length === 0) return requestId;
  throw new UsageError("name one request_id; `artguard history` lists them");
}

function write(analysis: Analysis, json: boolean): void {
  const { request_id, verdict, forgery_score = 0, filename } = analysis;
  const lines = [
    `${request_id}  ${verdict} ${Math.round(forgery_score)}  ${printable(filename)}`,
    ...statementLines(analysis),
  ];
  process.stdout.write(json ? `${JSON.stringify(analysis)}\n` : `${lines.join("\n")}\n`);
}

/** The last dispute and its review, as lines for people. */
export function statementLines({ dispute, review }: Pick<Analysis, "dispute" | "review">): string[] {
  const on = (version: number) => (version > 1 ? `, on result ${version}` : "");
  const by = (person: string | undefined) => printable(person ?? "somebody who was erased");
  return [
    ...(dispute
      ? [
          `disputed by ${by(dispute.disputed_by)}, ${dispute.status}${on(dispute.version_number)}: ${printable(dispute.reason)}`,
        ]
      : []),
    ...(review
      ? [
          `reviewed by ${by(review.reviewer_id)}${review.reviewer_verdict ? `, who says ${review.reviewer_verdict}` : ""}: ${printable(review.note)}`,
        ]
      : []),
  ];
}
