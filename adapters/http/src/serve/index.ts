/**
 * The server of `artguard serve`: embedded stores, settings from file and environment.
 *
 * @module @artguard/http/serve
 */
export { type CloudParts, type EmbeddedApp, type EmbeddedOptions, openEmbedded } from "./open-embedded.ts";
export { type EmbeddedServer, serve } from "./serve.ts";
export { loadServerSettings, type ServerSettings, serverSettings } from "./server-settings.ts";
export { type Listening, type RunningServer, startServer } from "./start-server.ts";
