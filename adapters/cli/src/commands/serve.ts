import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { isArtGuardError, loadConfiguration } from "@artguard/core";
import { cloudParts } from "../cloud-parts.ts";
import { chosenLanguage } from "../scan-options.ts";
import { UsageError } from "../usage-error.ts";

/** `artguard serve`: ArtGuard over HTTP, from one folder. Ends at the first signal, after the requests in flight. @throws UsageError */
export async function serve(args: readonly string[]): Promise<number> {
  const { config, ...flags } = optionsOf(args);
  // Who does not serve loads no server.
  const http = await import("@artguard/http/serve");
  const environment = { ...process.env, ...variablesOf(flags, http.serverSettings) };
  try {
    const settings = http.loadServerSettings(environment, config === undefined ? {} : await fileOf(config));
    const cloud = settings.cloud && { cloudParts: await partsElsewhere() };
    const server = await http.serve(settings, { onError: logFailure, ...cloud });
    process.stderr.write(`listening on ${server.url}, stores in ${settings.folder}\n`);
    if (server.firstKey !== undefined) {
      process.stderr.write("the administrator's API key, shown this once:\n");
      process.stdout.write(`${server.firstKey}\n`);
    }
    await signalled();
    await server.stop();
    return 0;
  } catch (error) {
    if (isArtGuardError(error, "configuration.")) throw new UsageError(error.message);
    if (!isArtGuardError(error) && !isOfTheSystem(error)) throw error;
    process.stderr.write(`artguard: ${error.message}\n`);
    return 1;
  }
}

/** What the environment names, as `scan --cloud` asks it. @throws UsageError */
async function partsElsewhere() {
  const configuration = loadConfiguration();
  const language = chosenLanguage(configuration.language);
  return { ...(await cloudParts(configuration)), ...(language !== undefined && { language }) };
}

type Flags = { readonly host?: string; readonly port?: string; readonly folder?: string; readonly cloud?: boolean };

function optionsOf(args: readonly string[]): Flags & { readonly config?: string } {
  const text = { type: "string" } as const;
  try {
    const options = { host: text, port: text, folder: text, config: text, cloud: { type: "boolean" } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** What the command line says has the last word. */
function variablesOf(flags: Flags, settings: Readonly<Record<keyof Flags, { readonly variable: string }>>) {
  const { host, port, folder, cloud } = flags;
  return {
    ...(host !== undefined && { [settings.host.variable]: host }),
    ...(port !== undefined && { [settings.port.variable]: port }),
    ...(folder !== undefined && { [settings.folder.variable]: folder }),
    ...(cloud && { [settings.cloud.variable]: "true" }),
  };
}

async function fileOf(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new UsageError(`--config: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

/** One line of JSON without the error's message, which can hold anything: where it happened is enough to find it. */
function logFailure(error: unknown, trace_id: string): void {
  const { name, stack = "" } = error instanceof Error ? error : { name: typeof error };
  const at = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const code = isArtGuardError(error) ? error.code : name;
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level: "error", trace_id, code, at })}\n`);
}

function isOfTheSystem(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}
