import { type EmbeddedOptions, openEmbedded } from "./open-embedded.ts";
import type { ServerSettings } from "./server-settings.ts";
import { type RunningServer, startServer } from "./start-server.ts";

/** A server on embedded stores that listens. */
export interface EmbeddedServer extends RunningServer {
  /** See `EmbeddedApp`. */
  readonly firstKey?: string;
}

/**
 * Serves ArtGuard from one folder.
 *
 * @throws ArtGuardError `storage.*` for a folder that cannot be used, `keys.file-damaged`, `keys.file-exposed`; an error
 * of Node for an address that cannot be listened on.
 * @example
 * const server = await serve(loadServerSettings());
 * process.once("SIGTERM", () => server.stop());
 */
export async function serve(
  settings: ServerSettings,
  options: Pick<EmbeddedOptions, "detectors" | "onError"> = {},
): Promise<EmbeddedServer> {
  let isEnding = false;
  const embedded = await openEmbedded({ ...settings, ...options, accepting: () => !isEnding });
  try {
    const server = await startServer(embedded.app, settings);
    return {
      url: server.url,
      ...(embedded.firstKey !== undefined && { firstKey: embedded.firstKey }),
      stop: async () => {
        isEnding = true;
        await server.stop();
        await embedded[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await embedded[Symbol.asyncDispose]();
    throw error;
  }
}
