import { ArtGuardError } from "../errors/artguard-error.ts";
import { type Setting, settings } from "./settings.ts";

type Name = keyof typeof settings;
type Required =
  | "environment"
  | "folder"
  | "region"
  | "analysesTable"
  | "usersTable"
  | "rawBucket"
  | "processedBucket"
  | "knowledgeBaseBucket";

/** The settings of a deployment; what has no default is absent when it was not set. */
export type Configuration = Readonly<Record<Required, string> & Partial<Record<Exclude<Name, Required>, string>>>;

/**
 * Reads the configuration from environment variables (all of them: `docs/configuration.md`). An empty variable counts
 * as absent.
 *
 * @param environment Default `process.env`.
 * @throws ArtGuardError `configuration.invalid` that names every wrong variable; a secret's value is not repeated.
 * @example
 * const { analysesTable, region } = loadConfiguration();
 */
export function loadConfiguration(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Configuration {
  const values: Partial<Record<Name, string>> = {};
  const problems: string[] = [];
  for (const [name, setting] of Object.entries(settings) as [Name, Setting][]) {
    const value = environment[setting.variable];
    if (value === undefined || value === "") continue;
    const problem = problemOf(setting, value);
    if (problem) problems.push(problem);
    else values[name] = value;
  }
  if (problems.length > 0) throw new ArtGuardError("configuration.invalid", problems.join("; "));
  return { ...defaultsOf(values.environment), ...values };
}

/** What is wrong with a value, without that of a secret. */
export function problemOf({ variable, schema, secret }: Setting, value: string): string | undefined {
  const issue = schema.safeParse(value).error?.issues[0];
  if (!issue) return undefined;
  return secret
    ? `${variable} ${issue.message}`
    : `${variable} ${issue.message}, got ${JSON.stringify(value.slice(0, 80))}`;
}

/** What holds where nothing is set. @param environment Default `dev`. */
export function defaultsOf(environment = "dev"): Record<Required, string> {
  return {
    environment,
    folder: ".artguard",
    region: "ca-central-1",
    analysesTable: `artguard-image-analysis-${environment}`,
    usersTable: `artguard-users-${environment}`,
    rawBucket: `artguard-images-raw-${environment}`,
    processedBucket: `artguard-images-processed-${environment}`,
    knowledgeBaseBucket: `artguard-knowledge-base-${environment}`,
  };
}
