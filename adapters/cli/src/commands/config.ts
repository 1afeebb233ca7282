import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { isArtGuardError } from "@artguard/core";
import { modalOptions } from "../cloud-parts.ts";
import type { Call } from "../command-line/declare-command.ts";
import type { configCheckCommand, configPathCommand, configShowCommand } from "../declarations/operation.ts";
import { type ShownSetting, settingsOf } from "../effective-settings.ts";
import { printable } from "../printable.ts";
import { placeOf } from "../stores/store-options.ts";
import { UsageError } from "../usage-error.ts";

/** `artguard config show`: every setting, its value and where that comes from. @returns 1 when one is wrong. @throws UsageError */
export async function show({ values }: Call<typeof configShowCommand>): Promise<number> {
  const { settings, problems } = await settingsOf(values);
  process.stdout.write(`${values.json ? JSON.stringify({ settings, problems }) : settings.map(lineOf).join("\n")}\n`);
  if (!values.json) for (const problem of problems) process.stderr.write(`wrong: ${printable(problem)}\n`);
  return problems.length === 0 ? 0 : 1;
}

/** `artguard config check`: everything that is wrong at once. @returns 1 when something is. @throws UsageError */
export async function check({ values }: Call<typeof configCheckCommand>): Promise<number> {
  const { problems: alone } = await settingsOf(values);
  const problems = alone.length > 0 ? alone : togetherWrong();
  const ok = problems.length === 0;
  const text = ok ? "all settings are right" : problems.map((problem) => `wrong: ${printable(problem)}`).join("\n");
  process.stdout.write(`${values.json ? JSON.stringify({ ok, problems }) : text}\n`);
  return ok ? 0 : 1;
}

/** `artguard config path`: the folder of the records. @throws UsageError */
export function path({ values }: Call<typeof configPathCommand>): number {
  const folder = resolve(placeOf({ folder: values.folder, aws: false }).configuration.folder);
  process.stdout.write(`${values.json ? JSON.stringify({ folder, exists: existsSync(folder) }) : folder}\n`);
  return 0;
}

/** What is wrong with settings that are right one by one. */
function togetherWrong(): string[] {
  try {
    modalOptions(placeOf({ aws: false }).configuration);
    return [];
  } catch (error) {
    if (error instanceof UsageError || isArtGuardError(error, "configuration.")) return [error.message];
    throw error;
  }
}

function lineOf({ variable, value, source }: ShownSetting): string {
  return `${variable.padEnd(38)} ${printable(value === null ? "–" : String(value))}  (${source})`;
}
