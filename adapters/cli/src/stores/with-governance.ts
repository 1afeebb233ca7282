import { existsSync } from "node:fs";
import { join } from "node:path";
import { defaultTiers, isArtGuardError } from "@artguard/core";
import {
  type AnyOperation,
  auditOperations,
  localContext,
  type OpenGovernance,
  type Operation,
  openFolderPlace,
  openGovernance,
} from "@artguard/governance";
import { UsageError } from "../usage-error.ts";
import { placeOf } from "./store-options.ts";
import { reportFailure } from "./with-artguard.ts";

/** The installation of a folder, in which the operator of this machine acts. */
export interface Installation {
  readonly governance: OpenGovernance;
  /** Operations on passwords; the embedded issuer is always open here. */
  readonly password: NonNullable<OpenGovernance["password"]>;
  /** Does an operation as the operator: nothing is asked of them, and everything is in the audit log. */
  run<Input, Output>(operation: Operation<Input, Output>, input: NoInfer<Input>): Promise<Output>;
}

/**
 * Runs a command on the installation of a folder, closes it, and says what went wrong.
 *
 * @param how.create Make an installation where there is none; without it that is a mistake of the caller.
 * @returns the command's exit status, or 1.
 * @throws UsageError
 */
export async function withInstallation(
  { folder: named, json }: { readonly folder: string | undefined; readonly json: boolean },
  how: { readonly create: boolean },
  command: (installation: Installation) => Promise<number>,
): Promise<number> {
  const { folder } = placeOf({ folder: named, aws: false }).configuration;
  if (!how.create && !existsSync(join(folder, "governance.keys")))
    throw new UsageError(`there is no installation in ${folder}; \`artguard serve\` or \`users create\` makes one`);
  let installation: Awaited<ReturnType<typeof open>> | undefined;
  try {
    installation = await open(folder);
    return await command(installation);
  } catch (error) {
    if (!isArtGuardError(error)) throw error;
    reportFailure(error.toJSON(), json);
    return 1;
  } finally {
    await installation?.close();
  }
}

async function open(folder: string): Promise<Installation & { close(): Promise<void> }> {
  const place = await openFolderPlace(folder);
  try {
    const governance = await openGovernance({
      ...place,
      detectors: [],
      tiers: defaultTiers,
      identity: { development: {} },
      operations: ({ audit }) => Object.values<AnyOperation>(auditOperations(audit)),
    });
    const { password } = governance;
    if (!password) throw new Error("the embedded issuer was not opened");
    const run: Installation["run"] = (operation, input) =>
      governance.run(operation, input, { context: localContext() });
    const close = async () => {
      await governance[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    };
    return { governance, password, run, close };
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw error;
  }
}
