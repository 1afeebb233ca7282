import { defaultTiers } from "@artguard/core";
import {
  type AnyOperation,
  auditOperations,
  type FolderPlace,
  localContext,
  type OpenGovernance,
  type Operation,
  openFolderPlace,
  openGovernance,
} from "@artguard/governance";

/** The installation of a folder, in which the operator of this machine acts. */
export interface Installation {
  readonly governance: OpenGovernance;
  /** Operations on passwords; the embedded issuer is always open here. */
  readonly password: NonNullable<OpenGovernance["password"]>;
  /** Does an operation as the operator: nothing is asked of them, and everything is in the audit log. */
  run<Input, Output>(operation: Operation<Input, Output>, input: NoInfer<Input>): Promise<Output>;
}

/** An installation with its stores and keys; closing it closes them. */
export interface OpenInstallation extends Installation {
  readonly place: FolderPlace;
  close(): Promise<void>;
}

/** Opens the installation of a folder, and makes one where there is none. */
export async function openInstallation(folder: string): Promise<OpenInstallation> {
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
    return { governance, password, run, place, close };
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw error;
  }
}
