import { ArtGuardError } from "@artguard/core";
import type { ClaimMap } from "./claim-map.ts";
import { type KeyCache, type KeySource, type RemoteKeysOptions, remoteKeys } from "./key-set.ts";

/** Signatures that can be allowed: by a private key that only the issuer has. */
export const signingAlgorithms = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA"] as const;
/** One of {@link signingAlgorithms}. */
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** An issuer whose access tokens are believed, and what each of them must say. */
export interface TrustedIssuer {
  /** `iss`, to the letter. */
  readonly issuer: string;
  readonly keys: KeySource;
  /** How long its keys are believed and how often they are read anew at most. */
  readonly keyCache?: KeyCache;
  /** Default RS256 and ES256. */
  readonly algorithms?: readonly SigningAlgorithm[];
  /** For whom tokens are: the claim that says it (`aud`; `client_id` where there is no `aud`) and whom it may name. */
  readonly recipient: { readonly claim: string; readonly oneOf: readonly string[] };
  /** Claims that must have exactly this value; `*` for any string that is not empty. */
  readonly required?: Readonly<Record<string, string>>;
  /** Values of the header's `typ`; `""` for a header without. Default `at+jwt` alone (RFC 9068). */
  readonly types?: readonly string[];
  /** Default `sub`, `email`, `groups`; no group gives a role. */
  readonly claims?: ClaimMap;
  /** Age since `iat` at which a token is refused although it has not expired; default 24 h. */
  readonly maxAgeMs?: number;
  /** By how much the clocks may differ, 0–300 000 ms; default 5000. */
  readonly clockToleranceMs?: number;
}

/** What the presets take besides their own. */
export interface PresetOptions extends RemoteKeysOptions {
  readonly claims?: ClaimMap;
  /** In place of reading them from the issuer. */
  readonly keys?: KeySource;
}

const anyType = ["", "JWT", "at+jwt"];

/**
 * Access tokens of an Amazon Cognito user pool: they have no `aud` but a `client_id`, and say `token_use: access`.
 *
 * @throws ArtGuardError `identity.invalid-configuration` for a region or user pool id of a wrong form.
 * @example
 * cognitoIssuer({ region: "us-east-1", userPoolId: "us-east-1_AbCdEf123", clientIds: ["4f1c…"] });
 */
export function cognitoIssuer(
  options: PresetOptions & {
    readonly region: string;
    readonly userPoolId: string;
    readonly clientIds: readonly string[];
  },
): TrustedIssuer {
  const { region, userPoolId, clientIds, claims } = options;
  assertForm("region", region, /^[a-z]{2}(-[a-z]+)+-\d$/);
  assertForm("userPoolId", userPoolId, /^[\w-]{1,55}$/);
  const issuer = `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`;
  return {
    issuer,
    keys: options.keys ?? remoteKeys(`${issuer}/.well-known/jwks.json`, options),
    algorithms: ["RS256"],
    recipient: { claim: "client_id", oneOf: clientIds },
    required: { token_use: "access" },
    types: anyType,
    claims: { groups: "cognito:groups", session: "origin_jti", client: "client_id", ...claims },
  };
}

/**
 * Access tokens of an Okta authorization server: they name the client as `cid`; ID tokens do not.
 *
 * @throws ArtGuardError `identity.invalid-configuration` for a domain or server id of a wrong form.
 * @example
 * oktaIssuer({ domain: "dev-123456.okta.com", audience: ["api://artguard"] });
 */
export function oktaIssuer(
  options: PresetOptions & {
    readonly domain: string;
    /** Default `default`. */
    readonly authorizationServerId?: string;
    /** Default `api://default`. */
    readonly audience?: readonly string[];
  },
): TrustedIssuer {
  const { domain, authorizationServerId = "default", audience = ["api://default"], claims } = options;
  assertForm("domain", domain, /^([a-z0-9-]+\.)+[a-z]{2,}$/);
  assertForm("authorizationServerId", authorizationServerId, /^\w{1,64}$/);
  const issuer = `https://${domain}/oauth2/${authorizationServerId}`;
  return {
    issuer,
    keys: options.keys ?? remoteKeys(`${issuer}/v1/keys`, options),
    algorithms: ["RS256"],
    recipient: { claim: "aud", oneOf: audience },
    required: { cid: "*" },
    types: anyType,
    claims: { client: "cid", ...claims },
  };
}

function assertForm(option: string, value: string, form: RegExp): void {
  if (!form.test(value)) throw invalidIssuer(`${option}: not of the form of one`);
}

/** Refuses an issuer whose tokens could be forged or be meant for others. @throws ArtGuardError `identity.invalid-configuration` */
export function assertTrustworthy(issuer: TrustedIssuer): void {
  const { algorithms = [], recipient, maxAgeMs = 1, clockToleranceMs = 0 } = issuer;
  const known: readonly string[] = signingAlgorithms;
  if (algorithms.some((algorithm) => !known.includes(algorithm))) {
    throw invalidIssuer(`algorithms: expected some of ${signingAlgorithms.join(", ")}`);
  }
  if (issuer.algorithms?.length === 0) throw invalidIssuer("algorithms: expected at least one");
  if (recipient.oneOf.length === 0 || recipient.oneOf.includes("")) {
    throw invalidIssuer("recipient: name whom tokens must be for");
  }
  if (!(maxAgeMs > 0)) throw invalidIssuer("maxAgeMs: expected more than 0");
  if (!(clockToleranceMs >= 0 && clockToleranceMs <= 300_000))
    throw invalidIssuer("clockToleranceMs: expected 0–300000");
}

function invalidIssuer(problem: string): ArtGuardError {
  return new ArtGuardError("identity.invalid-configuration", problem);
}
