import type { Credential } from "@artguard/governance";

const bearer = /^Bearer +([\x21-\x7e]+)$/i;
/** How API keys begin; tokens of issuers never do. */
const apiKeyForm = /^ag_/;

/** What a request proves who it is with: `X-API-Key`, or `Authorization: Bearer` with a token or an API key. */
export function credentialOf(headers: Headers): Credential {
  const apiKey = headers.get("x-api-key");
  if (apiKey !== null) return { kind: "api_key", key: apiKey };
  const authorization = headers.get("authorization");
  if (authorization === null) return { kind: "none" };
  // What is no bearer token is refused as a wrong one, never taken for none.
  const token = bearer.exec(authorization)?.[1] ?? "";
  return apiKeyForm.test(token) ? { kind: "api_key", key: token } : { kind: "token", token };
}
