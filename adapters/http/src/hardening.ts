import { createMiddleware } from "hono/factory";
import type { AppEnvironment } from "./app-context.ts";

/** Of what is no page: nothing may be loaded, run or framed. */
const nothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/** Of our own pages: scripts, styles, pictures and requests of this origin alone. */
export const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Headers that keep a browser from making more of an answer than it is, and caches from keeping it. */
export const hardening = createMiddleware<AppEnvironment>(async (c, next) => {
  await next();
  // Hono answers HEAD by what GET says, and leaves a body that nobody will read at work for ever.
  if (c.req.method === "HEAD") await c.res.body?.cancel().catch(() => undefined);
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Referrer-Policy", "no-referrer");
  c.header("Cross-Origin-Resource-Policy", "same-origin");
  c.header("X-Frame-Options", "DENY");
  if (!c.res.headers.has("Content-Security-Policy")) c.header("Content-Security-Policy", nothing);
  if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
});
