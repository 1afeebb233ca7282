import { declareCommand } from "../command-line/declare-command.ts";
import { languageWords, place, requestId } from "./shared.ts";

const one = [requestId] as const;

export const historyCommand = declareCommand({
  name: "history",
  group: "Kept analyses",
  summary: "list kept analyses, newest first",
  options: {
    limit: { type: "number", value: "N", default: 20, summary: "analyses a page" },
    cursor: { type: "text", value: "C", summary: "where the page before ended" },
    user: { type: "text", value: "ID", summary: "whose", otherwise: "local, who has what the command line keeps" },
    ...place,
  },
  examples: [["history --limit 5", "the last five"]],
  json: "one object with `items` and, while there are more, `cursor`",
});

export const showCommand = declareCommand({
  name: "show",
  group: "Kept analyses",
  summary: "show one: findings, earlier results, dispute and review, how long what is kept and who deletes it",
  arguments: one,
  options: {
    heatmap: {
      type: "text",
      of: "file",
      value: "FILE",
      summary: "write the heat map of a kept image there, a PNG of at most 1024 px",
    },
    ...place,
  },
  examples: [["show 018f2b6e-7c1d-4a55-9d3e-2b0c5a1f6e70", "everything on one"]],
  json: "one object: `analysis`, `earlier_results`, `retention`",
});

export const resumeCommand = declareCommand({
  name: "resume",
  group: "Kept analyses",
  summary: "ask remote detectors again whose answer was late, and merge what came",
  arguments: one,
  options: place,
  examples: [["resume 018f2b6e-7c1d-4a55-9d3e-2b0c5a1f6e70", "after `unfinished` in a result"]],
  exits: { 0: "nothing is awaited any more", 1: "an answer is still awaited, or it failed" },
  json: "one object: `analysis`, `merged`, `awaited`",
});

export const explainCommand = declareCommand({
  name: "explain",
  group: "Kept analyses",
  summary: "print every sentence on one, and the evidence under the sentence",
  details: [
    "Prints the stored explanation; in another language than that one it is written anew from the stored evidence. An analysis without a result is `analysis.not-completed`. See [explanations](explanations.md).",
  ],
  arguments: one,
  options: {
    language: {
      type: "choice",
      value: "L",
      choices: languageWords,
      summary: "language",
      otherwise: "that of the stored explanation",
    },
    ...place,
  },
  examples: [["explain 018f2b6e-7c1d-4a55-9d3e-2b0c5a1f6e70 --language es", "in Spanish"]],
  json: "one object, see [output](cli-output.md#explain)",
});

export const reportCommand = declareCommand({
  name: "report",
  group: "Kept analyses",
  summary: "write the evidence page of one",
  details: [
    "One HTML file that loads nothing from elsewhere. It shows picture and heat map where the image is kept (`scan --save-images`, or by consent over HTTP) and the keys of the folder open it; else the outlines of the suspicious places alone. On a folder of `artguard serve` the reading is in its audit log.",
  ],
  arguments: one,
  options: {
    to: { type: "text", of: "file", value: "FILE", required: true, summary: "the page that is written" },
    language: {
      type: "choice",
      value: "L",
      choices: languageWords,
      summary: "language of the page",
      otherwise: "that of the stored explanation",
    },
    ...place,
  },
  examples: [["report 018f2b6e-7c1d-4a55-9d3e-2b0c5a1f6e70 --to evidence.html", "for somebody who wants to see why"]],
  json: "one object: `request_id`, `report`, `has_picture`, `has_heat_map`",
});

export const deleteCommand = declareCommand({
  name: "delete",
  group: "Kept analyses",
  summary: "delete kept analyses with their images and earlier results",
  arguments: [
    {
      ...requestId,
      summary: "ids of kept analyses",
      count: "some",
      missing: "name at least one request_id; `artguard history` lists them",
    },
  ],
  options: place,
  examples: [["delete 018f2b6e-7c1d-4a55-9d3e-2b0c5a1f6e70 018f2b70-02e4-4c1b-8f6a-91d7c3e5a204", "two of them"]],
  exits: { 1: "some could not be deleted" },
  json: "one object per id: `request_id` with `deleted` or `error`",
});

export const exportCommand = declareCommand({
  name: "export",
  group: "Kept analyses",
  summary: "write everything that is kept of a user, as JSON and images, with a manifest of hashes",
  options: {
    to: { type: "text", of: "folder", value: "DIR", required: true, summary: "where it is written" },
    user: { type: "text", value: "ID", summary: "whose", otherwise: "local, who has what the command line keeps" },
    ...place,
  },
  examples: [["export --to my-data", "a copy of everything"]],
  json: "one object: `folder`, `files`",
});

export const eraseCommand = declareCommand({
  name: "erase",
  group: "Kept analyses",
  summary: "erase everything that is kept of a user, and print the receipt",
  details: [
    "Waits 5 seconds between its two sweeps. On a folder of `artguard serve` it also destroys the user's keys and forgets roles, logins, grants and the pseudonym in the audit log. After `erase --user local`, `scan --keep` keeps new results again at once; `createArtGuard` on the same stores refuses an erased user until the tombstone ends. See [privacy](privacy.md#erasure).",
  ],
  options: {
    user: { type: "text", value: "ID", required: true, summary: "whom to erase" },
    ...place,
  },
  examples: [["erase --user local", "what the command line kept"]],
  json: "the receipt",
});

export const sweepCommand = declareCommand({
  name: "sweep",
  group: "Kept analyses",
  summary: "delete what has expired and end interrupted erasures; run it daily",
  details: ["Ends with writing an embedded database anew, without what deleted items left in its file."],
  options: place,
  examples: [["sweep", "from cron"]],
  json: "one object: `objects_examined`, `objects_deleted`, `images_expired`, `records_deleted`, `charges_refunded`, `erasures`",
});
