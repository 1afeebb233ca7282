/**
 * ArtGuard over HTTP: a Hono app for any host.
 *
 * @module @artguard/http
 */
export type { AppEnvironment, RequestContext, RequestVariables } from "./app-context.ts";
export { type AppOptions, createApp } from "./create-app.ts";
export { defaultHttpLimits, type HttpLimits } from "./http-limits.ts";
