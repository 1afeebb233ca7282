import { readFile } from "node:fs/promises";
import { explainConfiguration, isArtGuardError } from "@artguard/core";
import { reasonOf } from "./reason-of.ts";
import { UsageError } from "./usage-error.ts";

/** A setting as `artguard config show` prints it. */
export interface ShownSetting {
  readonly name: string;
  readonly variable: string;
  /** Null: nothing. */
  readonly value: string | number | null;
  readonly source: string;
  readonly secret: boolean;
}

/** The effective settings of the library and of the server, and everything that is wrong with them. @throws UsageError */
export async function settingsOf({
  folder,
  config,
}: {
  readonly folder: string | undefined;
  readonly config: string | undefined;
}): Promise<{ settings: ShownSetting[]; problems: string[] }> {
  const library = explainConfiguration();
  const server = await serverSettingsOf(config);
  const problems = library.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  const settings = [...library.map(({ meaning: _, problem: __, ...setting }) => setting), ...server.settings];
  return {
    settings: settings.map((setting) =>
      setting.name === "folder" && folder !== undefined ? { ...setting, value: folder, source: "--folder" } : setting,
    ),
    problems: [...problems, ...server.problems],
  };
}

/** What `artguard serve` reads besides: of the file, where the environment says nothing. */
async function serverSettingsOf(config: string | undefined) {
  const { loadServerSettings, serverSettings } = await import("@artguard/http/serve");
  const file = config === undefined ? {} : await jsonIn(config);
  const { limits, ...rest } = loadServerSettings({}, {});
  const defaults: Readonly<Record<string, unknown>> = { ...rest, ...limits };
  const inFile = typeof file === "object" && file !== null ? new Map(Object.entries(file)) : new Map();
  const settings = Object.entries(serverSettings)
    .filter(([name]) => name !== "folder")
    .map(([name, { variable }]): ShownSetting => {
      const given = process.env[variable] || undefined;
      const [source, value] =
        given !== undefined
          ? ["environment", given]
          : inFile.has(name)
            ? [`file ${config}`, inFile.get(name)]
            : ["default", defaults[name]];
      return { name, variable, value: shown(value), source, secret: false };
    });
  return { settings, problems: problemsOf(() => loadServerSettings(process.env, file)) };
}

function shown(value: unknown): string | number | null {
  if (typeof value === "string" || typeof value === "number") return value;
  return value === undefined ? null : JSON.stringify(value);
}

function problemsOf(load: () => unknown): string[] {
  try {
    load();
    return [];
  } catch (error) {
    if (isArtGuardError(error, "configuration.")) return error.message.split("; ");
    throw error;
  }
}

/** What a file of settings says. @throws UsageError */
export async function jsonIn(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new UsageError(`--config ${path}: ${error instanceof SyntaxError ? "it is not JSON" : reasonOf(error)}`);
  }
}
