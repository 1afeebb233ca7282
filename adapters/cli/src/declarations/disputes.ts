import { declareCommand } from "../command-line/declare-command.ts";
import { place, requestId, verdictWords } from "./shared.ts";

export const disputeCommand = declareCommand({
  name: "dispute",
  group: "Kept analyses",
  summary: "say that a result is wrong, or list the open disputes",
  details: [
    "The result stays, the dispute stands beside it ([records](records.md#disputes-and-reviews)). Without request_id and `--reason` the open disputes are listed.",
  ],
  arguments: [{ ...requestId, count: "optional" }],
  options: {
    reason: { type: "text", value: "TEXT", summary: "what is wrong with the result" },
    user: { type: "text", value: "ID", summary: "who says so" },
    ...place,
  },
  examples: [
    ["dispute", "the open ones"],
    ["dispute 018f2b6e-7c1d-4a55-9d3e-2b0c5a1f6e70 --reason restored", "one of one's own"],
  ],
  json: "one analysis per line",
});

export const reviewCommand = declareCommand({
  name: "review",
  group: "Kept analyses",
  summary: "answer a dispute, and end it",
  arguments: [requestId],
  options: {
    note: { type: "text", value: "TEXT", required: true, summary: "what the reviewer found" },
    verdict: { type: "choice", value: "VERDICT", choices: verdictWords, summary: "how the reviewer judges" },
    reviewer: { type: "text", value: "ID", summary: "who that is", otherwise: "local" },
    unresolved: { type: "switch", summary: "leave the dispute open" },
    ...place,
  },
  examples: [["review 018f2b6e-7c1d-4a55-9d3e-2b0c5a1f6e70 --note seen --verdict AUTHENTIC", "an answer"]],
  json: "the analysis",
});
