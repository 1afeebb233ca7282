import { ArtGuardError } from "@artguard/core";
import { type Issuer, type LogoutRequest, loginRequestSchema, refreshRequestSchema } from "@artguard/governance";
import { z } from "zod";
import type { AppContext, RequestContext } from "../app-context.ts";
import { credentialOf } from "../credential-of.ts";
import { successStatus } from "../error-to-status.ts";
import { issuerCallOf } from "../governed-call.ts";
import { parsed, type Route } from "../route.ts";
import { readJson } from "../upload/read-json.ts";
import { doneSchema, json } from "./schemas.ts";

const tag = "authentication";
const secret = z.string().min(1).max(4096);
const userSchema = z.object({
  id: z.string(),
  email: z.string(),
  organizations: z.array(z.string()).describe("In which the session acts."),
  permissions: z.array(z.string()),
});
const expires_in = z.number().int().nonnegative().describe("Seconds until the access token expires.");
const loginSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string().describe("Good once; the answer to its use has the next one."),
  expires_in,
  user: userSchema,
});
const logoutSchema = z.strictObject({
  refresh_token: secret.exactOptional(),
  access_token: secret.exactOptional().describe("Default the token of `Authorization: Bearer`."),
});
const shown = {
  name: "X-API-Key",
  description: "A key that was made as a second factor, shown beside the password.",
  schema: z.string(),
};
const loggedIn = [{ status: "ok", description: "Tokens, and whose they are.", bodies: json(loginSchema) }] as const;
/** Who asks is proven by what is sent, or not at all; nobody may try without end. */
const asked = { method: "post", tag, isOpen: true, isLimited: true } as const;

/** The four `/auth` endpoints of the spec, and the keys by which others believe the tokens. */
export function authRoutes(issuer: Issuer): readonly Route[] {
  const login: Route = {
    ...asked,
    path: "/auth/login",
    summary: "Log in",
    body: loginRequestSchema,
    headers: [shown],
    success: loggedIn,
    handle: async (c, app) => {
      const apiKey = c.req.header("x-api-key");
      const call = { ...(await issuerCallOf(c, app)), ...(apiKey !== undefined && { apiKey }) };
      return c.json(await issuer.login(parsed(loginRequestSchema, await bodyOf(c, app)), call), successStatus.ok);
    },
  };
  const refresh: Route = {
    ...asked,
    path: "/auth/refresh",
    summary: "Get new tokens for a refresh token",
    body: refreshRequestSchema,
    success: loggedIn,
    handle: async (c, app) => {
      const request = parsed(refreshRequestSchema, await bodyOf(c, app));
      return c.json(await issuer.refresh(request, await issuerCallOf(c, app)), successStatus.ok);
    },
  };
  const logout: Route = {
    ...asked,
    path: "/auth/logout",
    summary: "End a session: its tokens are refused from now on",
    body: logoutSchema,
    success: [{ status: "ok", description: "It is ended.", bodies: json(doneSchema) }],
    handle: async (c, app) => {
      await issuer.logout(logoutOf(c, parsed(logoutSchema, (await bodyOf(c, app)) ?? {})), await issuerCallOf(c, app));
      return c.json({}, successStatus.ok);
    },
  };
  const validate: Route = {
    method: "get",
    tag,
    path: "/auth/session/validate",
    summary: "Whether a session is good, and whose it is",
    success: [
      {
        status: "ok",
        description: "It is good.",
        bodies: json(z.object({ valid: z.literal(true), expires_in, user: userSchema })),
      },
    ],
    handle: async (c, app) =>
      c.json(await issuer.validateSession(bearerOf(c), await issuerCallOf(c, app)), successStatus.ok),
  };
  return [login, refresh, logout, validate, ...(issuer.jwks ? [keysOf(issuer.jwks.bind(issuer))] : [])];
}

function keysOf(jwks: NonNullable<Issuer["jwks"]>): Route {
  return {
    method: "get",
    tag,
    path: "/.well-known/jwks.json",
    summary: "The public keys of the tokens (RFC 7517)",
    isOpen: true,
    success: [{ status: "ok", description: "The keys.", bodies: json(z.object({ keys: z.array(z.looseObject({})) })) }],
    handle: async (c) => c.json(await jwks(), successStatus.ok),
  };
}

async function bodyOf(c: RequestContext, { held, limits }: AppContext): Promise<unknown> {
  return held.during((hold) => readJson(c.req.raw, { maxBytes: limits.bodyBytes, hold }));
}

function logoutOf(c: RequestContext, { refresh_token, access_token }: z.output<typeof logoutSchema>): LogoutRequest {
  return refresh_token === undefined ? { access_token: access_token ?? bearerOf(c) } : { refresh_token };
}

/** @throws ArtGuardError `identity.invalid-token` for no token, also for an API key: it has no session. */
function bearerOf(c: RequestContext): string {
  const credential = credentialOf(c.req.raw.headers);
  if (credential.kind === "token") return credential.token;
  throw new ArtGuardError("identity.invalid-token", "expected an access token in Authorization: Bearer");
}
