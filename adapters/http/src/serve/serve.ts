import { ArtGuardError } from "@artguard/core";
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
 * @throws ArtGuardError `configuration.invalid` for the setting `cloud` without `options.cloudParts` or the other way round;
 * `storage.*` for a folder that cannot be used, `keys.file-damaged`, `keys.file-exposed`; an error
 * of Node for an address that cannot be listened on.
 * @example
 * const server = await serve(loadServerSettings());
 * process.once("SIGTERM", () => server.stop());
 */
export async function serve(
  settings: ServerSettings,
  options: Pick<EmbeddedOptions, "detectors" | "cloudParts" | "onError"> = {},
): Promise<EmbeddedServer> {
  if (settings.cloud !== (options.cloudParts !== undefined))
    throw new ArtGuardError(
      "configuration.invalid",
      "the setting cloud and the option cloudParts of serve() go together",
    );
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
