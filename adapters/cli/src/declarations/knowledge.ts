import { declareCommand } from "../command-line/declare-command.ts";
import { languageWords, place } from "./shared.ts";

export const knowledgeAddCommand = declareCommand({
  name: "knowledge add",
  group: "Kept analyses",
  summary: "add documents that explanations may cite: Markdown, text, PDF",
  details: ["See [knowledge base](knowledge.md)."],
  arguments: [
    {
      name: "files",
      summary: "Markdown, text or PDF",
      count: "some",
      of: "file",
      missing: "knowledge add takes Markdown, text or PDF files",
    },
  ],
  options: { language: { type: "choice", value: "L", choices: languageWords, summary: "their language" }, ...place },
  examples: [["knowledge add varnish.md --language en", "a document"]],
  exits: { 1: "some documents were refused" },
  json: "one object per file: `path`, `status`, `source`, `reason`",
});

export const knowledgeSearchCommand = declareCommand({
  name: "knowledge search",
  group: "Kept analyses",
  summary: "print the passages nearest to a question",
  arguments: [
    {
      name: "question",
      summary: "in words",
      count: "some",
      of: "words",
      missing: "knowledge search takes a question",
    },
  ],
  options: {
    language: {
      type: "choice",
      value: "L",
      choices: languageWords,
      summary: "preferred language",
      otherwise: "ARTGUARD_LANGUAGE",
    },
    limit: { type: "number", value: "N", default: 5, summary: "most passages" },
    ...place,
    aws: { type: "switch", summary: "search the Bedrock Knowledge Base that the environment names" },
  },
  examples: [["knowledge search what is a halftone", "in the folder and in ArtGuard's own articles"]],
  json: "one object per passage",
});

export const knowledgeListCommand = declareCommand({
  name: "knowledge list",
  group: "Kept analyses",
  summary: "list the documents, and files that cannot be cited",
  options: place,
  examples: [["knowledge list", "what explanations may cite"]],
  json: "one object per document",
});

export const knowledgeSyncCommand = declareCommand({
  name: "knowledge sync",
  group: "Kept analyses",
  summary: "upload what changed to the bucket of the Bedrock Knowledge Base",
  options: {
    delete: { type: "switch", summary: "delete there what is not here" },
    ...place,
    aws: { type: "switch", summary: "required: it uploads to the bucket of the knowledge base" },
  },
  examples: [["knowledge sync --aws", "after documents were added"]],
  exits: { 1: "some documents were refused" },
  json: "one object per document; the summary goes to standard error",
});
