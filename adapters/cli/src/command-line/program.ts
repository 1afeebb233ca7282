import * as disputes from "../declarations/disputes.ts";
import * as help from "../declarations/help.ts";
import * as images from "../declarations/images.ts";
import * as knowledge from "../declarations/knowledge.ts";
import {
  auditCheckpointCommand,
  auditVerifyCommand,
  configCheckCommand,
  configPathCommand,
  configShowCommand,
  doctorCommand,
  serveCommand,
  workCommand,
} from "../declarations/operation.ts";
import * as people from "../declarations/people.ts";
import * as records from "../declarations/records.ts";
import { trainManifestCommand, trainUploadCommand } from "../declarations/training.ts";
import type { Call, Command } from "./declare-command.ts";
import { parseCommand } from "./parse-command.ts";

/** A command, and how it is run. */
export interface Runnable {
  readonly command: Command;
  /**
   * Parses what comes after the name, then loads what does the work: what no other command needs, others do not load.
   *
   * @returns the exit status.
   * @throws UsageError
   */
  run(words: readonly string[], signal: () => AbortSignal): Promise<number>;
}

/** Does the work of a command. `signal` fires at Ctrl-C or SIGTERM; whoever never asks for it is ended by them. */
type Action<Declared extends Command> = (call: Call<Declared>, signal: () => AbortSignal) => number | Promise<number>;

/** Every command, in the order of help. */
export const program: readonly Runnable[] = [
  runnable(images.scanCommand, async () => (await import("../commands/scan.ts")).scan),
  runnable(images.provenanceCommand, async () => (await import("../commands/provenance.ts")).provenance),
  runnable(images.compareCommand, async () => (await import("../commands/compare.ts")).compare),
  runnable(images.limitsCommand, async () => (await import("../commands/limits.ts")).limits),
  runnable(records.historyCommand, async () => (await import("../commands/history.ts")).history),
  runnable(records.showCommand, async () => (await import("../commands/show.ts")).show),
  runnable(records.explainCommand, async () => (await import("../commands/explain.ts")).explain),
  runnable(records.reportCommand, async () => (await import("../commands/report.ts")).report),
  runnable(records.resumeCommand, async () => (await import("../commands/resume.ts")).resume),
  runnable(disputes.disputeCommand, async () => (await import("../commands/dispute.ts")).dispute),
  runnable(disputes.reviewCommand, async () => (await import("../commands/dispute.ts")).review),
  runnable(records.deleteCommand, async () => (await import("../commands/delete.ts")).deleteAnalyses),
  runnable(records.exportCommand, async () => (await import("../commands/export.ts")).exportRecords),
  runnable(records.eraseCommand, async () => (await import("../commands/erase.ts")).erase),
  runnable(records.sweepCommand, async () => (await import("../commands/sweep.ts")).sweep),
  runnable(knowledge.knowledgeAddCommand, async () => (await import("../commands/knowledge.ts")).add),
  runnable(knowledge.knowledgeSearchCommand, async () => (await import("../commands/knowledge.ts")).search),
  runnable(knowledge.knowledgeListCommand, async () => (await import("../commands/knowledge.ts")).list),
  runnable(knowledge.knowledgeSyncCommand, async () => (await import("../commands/knowledge.ts")).sync),
  runnable(people.usersCreateCommand, async () => (await import("../commands/users.ts")).create),
  runnable(people.usersListCommand, async () => (await import("../commands/users.ts")).list),
  runnable(people.usersShowCommand, async () => (await import("../commands/users.ts")).show),
  runnable(people.usersRolesCommand, async () => (await import("../commands/users.ts")).roles),
  runnable(people.usersSetPasswordCommand, async () => (await import("../commands/users.ts")).setPassword),
  runnable(people.usersEndSessionsCommand, async () => (await import("../commands/users.ts")).endSessions),
  runnable(people.keysCreateCommand, async () => (await import("../commands/keys.ts")).create),
  runnable(people.keysListCommand, async () => (await import("../commands/keys.ts")).list),
  runnable(people.keysRevokeCommand, async () => (await import("../commands/keys.ts")).revoke),
  runnable(serveCommand, async () => (await import("../commands/serve.ts")).serve),
  runnable(workCommand, async () => (await import("../commands/work.ts")).work),
  runnable(auditVerifyCommand, async () => (await import("../commands/audit.ts")).verify),
  runnable(auditCheckpointCommand, async () => (await import("../commands/audit.ts")).checkpoint),
  runnable(doctorCommand, async () => (await import("../commands/doctor.ts")).doctor),
  runnable(configShowCommand, async () => (await import("../commands/config.ts")).show),
  runnable(configCheckCommand, async () => (await import("../commands/config.ts")).check),
  runnable(configPathCommand, async () => (await import("../commands/config.ts")).path),
  runnable(trainUploadCommand, async () => (await import("../commands/train.ts")).upload),
  runnable(trainManifestCommand, async () => (await import("../commands/train.ts")).manifest),
  runnable(help.helpCommand, async () => (await import("../commands/help.ts")).help),
  runnable(help.completionCommand, async () => (await import("../commands/completion.ts")).completion),
];

function runnable<Declared extends Command>(command: Declared, load: () => Promise<Action<Declared>>): Runnable {
  return {
    command,
    run: async (words, signal) => {
      const call = parseCommand(command, words);
      return (await load())(call, signal);
    },
  };
}

/** The declarations alone. */
export const commands: readonly Command[] = program.map(({ command }) => command);
