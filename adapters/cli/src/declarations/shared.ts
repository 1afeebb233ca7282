import type { Language, Verdict } from "@artguard/core";
import type { Argument, Option } from "../command-line/declare-command.ts";

// Declarations load nothing: help, completion and parsing take no time for what they do not need. That these words are
// those of the library is a test's business.

/** Languages of explanations. */
export const languageWords = ["en", "es"] as const satisfies readonly Language[];
/** Verdicts, the worst last. */
export const verdictWords = ["AUTHENTIC", "SUSPICIOUS", "LIKELY_FORGED"] as const satisfies readonly Verdict[];

export const language = {
  type: "choice",
  value: "L",
  choices: languageWords,
  summary: "language of explanations",
  otherwise: "ARTGUARD_LANGUAGE or en",
} as const satisfies Option;

export const folder = {
  type: "text",
  of: "folder",
  value: "DIR",
  summary: "folder of the records",
  otherwise: "ARTGUARD_FOLDER or ./.artguard",
} as const satisfies Option;

/** Where the records of a command are. */
export const place = {
  folder,
  aws: { type: "switch", summary: "the tables and buckets that the environment names, instead of the folder" },
} as const satisfies Record<string, Option>;

export const trust = {
  type: "text",
  of: "file",
  value: "FILE",
  summary: "certificates (PEM) whose C2PA signatures are trusted",
  otherwise: "none",
} as const satisfies Option;

export const cloud = {
  type: "switch",
  summary:
    "also ask the vision model, remote detector and knowledge base that the environment names; a copy of at most 2048 px without metadata leaves this machine",
} as const satisfies Option;

export const detectors = {
  type: "list",
  value: "A,B",
  summary: "only these detectors",
  otherwise: "all",
} as const satisfies Option;

export const imageInputs = [
  {
    name: "files, folders or -",
    summary:
      "a folder stands for all files below it in natural order, without hidden ones and links; - for standard input",
    count: "some",
    of: "file",
    missing: "name at least one file or folder, or - for standard input",
  },
] as const satisfies readonly Argument[];

export const requestId = {
  name: "request_id",
  summary: "id of a kept analysis",
  missing: "name one request_id; `artguard history` lists them",
} as const satisfies Argument;
