import type { Analysis, ArtGuard } from "@artguard/core";
import type { Call } from "../command-line/declare-command.ts";
import type { disputeCommand, reviewCommand } from "../declarations/disputes.ts";
import { printable } from "../printable.ts";
import { localUser } from "../stores/local-user.ts";
import { withArtGuard } from "../stores/with-artguard.ts";
import { UsageError } from "../usage-error.ts";

/** `artguard dispute`: puts a dispute beside the result of a kept analysis; without a request_id, lists open ones. @throws UsageError */
export async function dispute({ values, operands }: Call<typeof disputeCommand>): Promise<number> {
  const { reason, user } = values;
  const [requestId] = operands;
  if (requestId === undefined) {
    if (reason !== undefined) throw new UsageError("name one request_id; `artguard history` lists them");
    return await withArtGuard(values, async (artguard) => {
      let open = 0;
      for await (const disputed of allDisputed(artguard)) {
        write(disputed, values.json);
        open += 1;
      }
      if (open === 0 && !values.json) process.stdout.write("no dispute is open\n");
      return 0;
    });
  }
  if (reason === undefined) throw new UsageError("--reason must say what is wrong with the result");
  return await withArtGuard(values, async (artguard) => {
    write(await artguard.dispute(requestId, { reason, ...(user !== undefined && { userId: user }) }), values.json);
    return 0;
  });
}

/** `artguard review`: answers the dispute about a kept analysis. @throws UsageError */
export async function review({ values, operands }: Call<typeof reviewCommand>): Promise<number> {
  const [requestId = ""] = operands;
  const { note, verdict, reviewer = localUser, unresolved } = values;
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
