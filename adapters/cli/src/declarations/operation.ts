import { declareCommand } from "../command-line/declare-command.ts";
import { cloud, detectors, folder, language, place, trust } from "./shared.ts";

export const serveCommand = declareCommand({
  name: "serve",
  group: "Operation",
  summary: "serve ArtGuard over HTTP from one folder",
  details: [
    "See [HTTP](http.md). The first start prints an API key, the only time that it can be seen. Ends at SIGTERM or Ctrl-C, when the requests in flight have ended.",
  ],
  options: {
    host: { type: "text", value: "H", summary: "address to listen on", otherwise: "127.0.0.1" },
    port: { type: "text", value: "N", summary: "port to listen on, 0 for any that is free", otherwise: "3000" },
    folder,
    config: { type: "text", of: "file", value: "FILE", summary: "settings as JSON", otherwise: "none" },
    cloud,
  },
  examples: [["serve --port 8080", "on this machine"]],
  exits: { 1: "nobody can listen there, or the folder cannot be used" },
  json: "one object when it listens: `url`, `folder` and at the first start `key`",
});

export const workCommand = declareCommand({
  name: "work",
  group: "Operation",
  summary: "do submitted analyses and sweep, until SIGTERM; any number of processes",
  details: [
    "Does what `submit` left in the store ([workers](worker.md)), until SIGTERM or Ctrl-C: then it ends what it has begun, and gives the rest back. It also sweeps, at the start and every 6 hours. Prints a line for each analysis that ended, and at first where it answers `/health/live`, `/health/ready` and `/metrics`.",
  ],
  options: {
    once: { type: "switch", summary: "end when there is nothing to claim" },
    concurrency: { type: "number", value: "N", summary: "analyses at a time", otherwise: "the number of cores" },
    drain: { type: "number", value: "S", summary: "seconds for the work under way at the end", otherwise: "25" },
    port: {
      type: "number",
      value: "N",
      least: 0,
      most: 65_535,
      default: 0,
      summary: "port of health and metrics, 0 for any that is free",
    },
    host: { type: "text", value: "H", summary: "address of health and metrics", otherwise: "127.0.0.1" },
    detectors,
    trust,
    cloud,
    language,
    queue: { type: "text", value: "URL", summary: "also listen to this queue of SQS", otherwise: "ARTGUARD_QUEUE_URL" },
    ...place,
  },
  examples: [["work --once", "what is there now"]],
  exits: { 1: "a store failed for good, or nobody can listen there" },
  json: "one object per line with `event` and, where they belong, `request_id`, `elapsed_ms`, `error`, `url`",
});

export const doctorCommand = declareCommand({
  name: "doctor",
  group: "Operation",
  summary: "look whether the stores are as they should be, and say how to mend them",
  details: [
    "On the folder: every page of the database, tables against their definitions, access of other users of the machine, free space, a probe of the object folder. With `--aws`: tables (key, indexes, projections, time to live, point-in-time recovery), buckets (region, lifecycle against the promised retention, versioning, public access, encryption) and the permissions to read, query, write, change and delete. It writes one empty object under `inference/1970/` of the buckets of images and deletes it; the knowledge base, which keeps earlier versions, is only listed; writes to tables are tried under a condition that cannot hold.",
    "`--live` costs less than a cent on Bedrock, and a run of your model on Modal.",
  ],
  options: {
    live: { type: "switch", summary: "also call what `scan --cloud` would ask, once" },
    ...place,
  },
  examples: [["doctor --aws --live", "before a deployment"]],
  exits: { 0: "all is as it should be", 1: "something is wrong, or could not be looked at" },
  json: "one object per check: `subject`, `what`, `status`, `message`, `fix`",
});

const audit = {
  group: "Operation",
  key: {
    type: "text",
    of: "file",
    value: "FILE",
    summary: "the verifier key",
    otherwise: "that of governance.keys in the folder",
  },
} as const;

export const auditVerifyCommand = declareCommand({
  name: "audit verify",
  group: audit.group,
  summary: "read the whole audit log and say whether it is what was written",
  details: ["See [audit log](audit.md)."],
  options: {
    checkpoint: {
      type: "text",
      of: "file",
      value: "FILE",
      summary: "compare with this state, which was kept elsewhere",
    },
    key: audit.key,
    ...place,
  },
  examples: [["audit verify --checkpoint ../elsewhere/checkpoint.txt", "against a state of last month"]],
  exits: { 0: "verified", 1: "it was tampered with, or cannot be read" },
  json: "one object: `ok`, `logs`, `findings`",
});

export const auditCheckpointCommand = declareCommand({
  name: "audit checkpoint",
  group: audit.group,
  summary: "print the signed state of the audit log, to be kept elsewhere",
  options: { key: audit.key, ...place },
  examples: [["audit checkpoint > ../elsewhere/checkpoint.txt", "once a month"]],
  json: "one object: `checkpoint`, `verifier_key`",
});

export const configShowCommand = declareCommand({
  name: "config show",
  group: "Operation",
  summary: "show every setting, its value and where that comes from",
  details: ["Secrets are masked. What the settings mean: [configuration](configuration.md), [HTTP](http.md)."],
  options: {
    folder,
    config: { type: "text", of: "file", value: "FILE", summary: "the file that `serve --config` is given" },
  },
  examples: [["config show", "what the environment says"]],
  exits: { 1: "a setting is wrong; all that are wrong are named" },
  json: "one object with `settings`: `name`, `variable`, `value`, `source`, `secret`, `problem`",
});

export const configCheckCommand = declareCommand({
  name: "config check",
  group: "Operation",
  summary: "name everything that is wrong with the configuration at once",
  options: configShowCommand.options,
  examples: [["config check --config server.json", "before a start"]],
  exits: { 0: "all settings are right", 1: "a setting is wrong" },
  json: "one object: `ok`, `problems`",
});

export const configPathCommand = declareCommand({
  name: "config path",
  group: "Operation",
  summary: "print the folder of the records, as a whole path",
  options: { folder },
  examples: [["config path", "where history, show and serve look"]],
  json: "one object: `folder`, `exists`",
});
