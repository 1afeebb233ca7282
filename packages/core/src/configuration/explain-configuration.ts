import { defaultsOf, problemOf } from "./load-configuration.ts";
import { type Setting, settings } from "./settings.ts";

/** One setting, its value, and where that comes from. */
export interface ExplainedSetting {
  /** Its place in `Configuration`. */
  readonly name: string;
  /** Environment variable. */
  readonly variable: string;
  /** What it sets, in a sentence. */
  readonly meaning: string;
  /** What holds; a secret is `********`, credentials in an address are taken out. Null: nothing. */
  readonly value: string | null;
  readonly source: "environment" | "default";
  readonly secret: boolean;
  /** What is wrong with the value. */
  readonly problem?: string;
}

/**
 * What the configuration is and why, for people who look for a fault. Wrong values are told, not thrown.
 *
 * @param environment Default `process.env`.
 * @example
 * for (const { variable, value, source } of explainConfiguration()) console.log(variable, value, source);
 */
export function explainConfiguration(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ExplainedSetting[] {
  const { variable } = settings.environment;
  const defaults: Readonly<Record<string, string>> = defaultsOf(environment[variable] || undefined);
  return Object.entries<Setting>(settings).map(([name, setting]) => {
    const given = environment[setting.variable] || undefined;
    const problem = given === undefined ? undefined : problemOf(setting, given);
    return {
      name,
      variable: setting.variable,
      meaning: setting.meaning,
      value: shown(setting, given ?? defaults[name]),
      source: given === undefined ? "default" : "environment",
      secret: setting.secret === true,
      ...(problem !== undefined && { problem }),
    };
  });
}

function shown({ secret }: Setting, value: string | undefined): string | null {
  if (value === undefined) return null;
  return secret ? "********" : value.replace(/\/\/[^/@]*@/, "//********@");
}
