import { isArtGuardError, loadConfiguration } from "@artguard/core";
import type { EmbeddedServer } from "@artguard/http/serve";
import { chosenLanguage } from "../chosen-language.ts";
import { cloudParts } from "../cloud-parts.ts";
import type { Call } from "../command-line/declare-command.ts";
import type { serveCommand } from "../declarations/operation.ts";
import { jsonIn } from "../effective-settings.ts";
import { reportFailure } from "../stores/with-artguard.ts";
import { UsageError } from "../usage-error.ts";

/** `artguard serve`: ArtGuard over HTTP, from one folder. Ends at the first signal, after the requests in flight. @throws UsageError */
export async function serve({ values }: Call<typeof serveCommand>, signal: () => AbortSignal): Promise<number> {
  const { config, json, ...flags } = values;
  // Who does not serve loads no server.
  const http = await import("@artguard/http/serve");
  const environment = { ...process.env, ...variablesOf(flags, http.serverSettings) };
  // Whoever reads where it listens may end it at once.
  const ending = ended(signal());
  try {
    const settings = http.loadServerSettings(environment, config === undefined ? {} : await jsonIn(config));
    const cloud = settings.cloud && { cloudParts: await partsElsewhere() };
    const server = await http.serve(settings, { onError: logFailure, ...cloud });
    announce(server, settings.folder, json);
    await ending;
    await server.stop();
    return 0;
  } catch (error) {
    if (isArtGuardError(error, "configuration.")) throw new UsageError(error.message);
    if (!isArtGuardError(error) && !isOfTheSystem(error)) throw error;
    const { code, fix } = isArtGuardError(error) ? error : ofTheSystem;
    reportFailure({ code, message: error.message, fix }, json);
    return 1;
  }
}

/** What the environment names, as `scan --cloud` asks it. @throws UsageError */
async function partsElsewhere() {
  const configuration = loadConfiguration();
  const language = chosenLanguage(configuration.language);
  return { ...(await cloudParts(configuration)), ...(language !== undefined && { language }) };
}

/** Node says itself what went wrong, such as an address that is in use. */
const ofTheSystem = { code: "system", fix: "Choose another address, port or folder." };

type Flags = Pick<Call<typeof serveCommand>["values"], "host" | "port" | "folder" | "cloud">;

function announce({ url, firstKey }: EmbeddedServer, folder: string, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ url, folder, ...(firstKey !== undefined && { key: firstKey }) })}\n`);
    return;
  }
  process.stderr.write(`listening on ${url}, stores in ${folder}\n`);
  if (firstKey === undefined) return;
  process.stderr.write("the administrator's API key, shown this once:\n");
  process.stdout.write(`${firstKey}\n`);
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

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
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
