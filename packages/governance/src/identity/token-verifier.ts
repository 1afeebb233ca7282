import { ArtGuardError, isArtGuardError } from "@artguard/core";
import { type JWTHeaderParameters, jwtVerify } from "jose";
import { mapClaims, type TokenFacts } from "./claim-map.ts";
import { KeySet } from "./key-set.ts";
import { assertTrustworthy, type TrustedIssuer } from "./trusted-issuer.ts";
import { uniqueMembers } from "./unique-members.ts";

/** A token whose signature, issuer, recipient and times are good. Whether it is revoked is not known yet. */
export interface VerifiedToken extends TokenFacts {
  readonly issuer: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Tells true access tokens from all others. */
export interface TokenVerifier {
  /**
   * What a token says.
   *
   * @throws ArtGuardError `identity.invalid-token` for all that is wrong with a token, in the same words; the reason is the
   * error's cause. `identity.key-set-unavailable` while an issuer's keys cannot be read.
   */
  verify(token: string, options?: { readonly signal?: AbortSignal }): Promise<VerifiedToken>;
}

/** Options of {@link createTokenVerifier}. */
export interface TokenVerifierOptions {
  readonly issuers: readonly TrustedIssuer[];
  /** Longest token that is looked at; default 8192 characters. */
  readonly maximumLength?: number;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

interface Known {
  readonly trusted: TrustedIssuer;
  readonly keys: KeySet;
  /** Prefixes with which only other issuers' users begin. */
  readonly foreign: readonly string[];
}

const form = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;
/** Header parameters that name keys, or change what the token means: none of them is believed. */
const refusedParameters = ["b64", "crit", "jku", "jwk", "x5c", "x5t", "x5t#S256", "x5u", "zip"];
/** Claims that only ID tokens have (OpenID Connect Core §2, §3.3.2.11). */
const idTokenClaims = ["nonce", "at_hash", "c_hash"];
const longestKeyId = 256;

/**
 * Verifies access tokens (RFC 9068, with RFC 8725's advice): signature by an allowed algorithm and a key of the issuer,
 * `iss`, recipient, `exp`, `iat`, `nbf`, age and type. ID tokens are refused.
 *
 * @throws ArtGuardError `identity.invalid-configuration` for an issuer that could be fooled, for two of one name, and for
 * two whose users could be taken for one another: all but one need a `subjectPrefix` of their own.
 * @example
 * const tokens = createTokenVerifier({ issuers: [oktaIssuer({ domain: "dev-123456.okta.com" })] });
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { issuers, maximumLength = 8192, now = Date.now } = options;
  issuers.forEach(assertTrustworthy);
  assertDistinct(issuers.map(({ issuer }) => issuer));
  const prefixes = issuers.map(prefixOf);
  assertDistinct(prefixes);
  const known = new Map<string, Known>(
    issuers.map((trusted) => {
      const own = prefixOf(trusted);
      const foreign = prefixes.filter((prefix) => prefix !== own && prefix.startsWith(own));
      return [trusted.issuer, { trusted, keys: new KeySet(trusted.keys, trusted.keyCache, now), foreign }];
    }),
  );
  return {
    async verify(token, { signal } = {}) {
      signal?.throwIfAborted();
      try {
        return await abortable(verifyToken(token, { known, maximumLength, now }), signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (isArtGuardError(error, "identity.")) throw error;
        throw invalidToken(error);
      }
    },
  };
}

interface Verification {
  readonly known: ReadonlyMap<string, Known>;
  readonly maximumLength: number;
  readonly now: () => number;
}

async function verifyToken(token: string, { known, maximumLength, now }: Verification): Promise<VerifiedToken> {
  const parts = typeof token === "string" && token.length <= maximumLength ? form.exec(token) : undefined;
  const [header, claims] = parts?.slice(1).every(isCanonical) ? parts.slice(1, 3).map(membersOf) : [];
  if (!header || !claims) throw new Error("not of the form of a token");
  const issuer = typeof claims["iss"] === "string" ? known.get(claims["iss"]) : undefined;
  if (!issuer) throw new Error("of no known issuer");
  const { trusted, foreign } = issuer;
  assertHeader(header, trusted);
  await checkSignature(token, issuer, now());
  assertClaims(claims, trusted);
  const facts = mapClaims(claims, trusted.claims);
  const [issuedAt, expiresAt] = [claims["iat"], claims["exp"]];
  if (!facts || typeof issuedAt !== "number" || typeof expiresAt !== "number") throw new Error("of nobody");
  // With `a` and `ab` for prefixes, `bob` of the first issuer would be `ob` of the second.
  if (foreign.some((prefix) => facts.principal.id.startsWith(prefix))) {
    throw new Error("of a user of another issuer");
  }
  const times = { issuedAt: issuedAt * 1000, expiresAt: expiresAt * 1000 };
  return { ...withoutFuture(facts, times.issuedAt, trusted), ...times, issuer: trusted.issuer };
}

/** Nobody proved anything after the token that says so: a proof of the future would never grow old. */
function withoutFuture(facts: TokenFacts, issuedAt: number, { clockToleranceMs = 5000 }: TrustedIssuer): TokenFacts {
  const { authenticatedAt = 0, ...rest } = facts;
  return authenticatedAt > issuedAt + clockToleranceMs ? rest : facts;
}

function checkSignature(token: string, { trusted, keys }: Known, moment: number) {
  const { issuer, algorithms = ["RS256", "ES256"], maxAgeMs = 86_400_000, clockToleranceMs = 5000 } = trusted;
  return jwtVerify(token, keys.find, {
    issuer,
    algorithms: [...algorithms],
    requiredClaims: ["exp", "iat", "sub"],
    maxTokenAge: maxAgeMs / 1000,
    clockTolerance: clockToleranceMs / 1000,
    currentDate: new Date(moment),
  });
}

function assertHeader(header: Partial<JWTHeaderParameters>, { types = ["at+jwt"] }: TrustedIssuer): void {
  const refused = refusedParameters.find((name) => Object.hasOwn(header, name));
  if (refused !== undefined) throw new Error(`its header has ${refused}`);
  const { typ = "", kid } = header;
  if (typeof typ !== "string" || !types.some((type) => type.toLowerCase() === withoutPrefix(typ))) {
    throw new Error("not of an accepted typ");
  }
  if (typeof kid !== "string" || kid.length > longestKeyId) throw new Error("its header names no key");
}

function withoutPrefix(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, "");
}

function assertClaims(claims: Readonly<Record<string, unknown>>, { recipient, required = {} }: TrustedIssuer): void {
  const named = [claims[recipient.claim]].flat();
  if (!named.some((name) => typeof name === "string" && recipient.oneOf.includes(name))) {
    throw new Error("for somebody else");
  }
  for (const [name, value] of Object.entries(required)) {
    const claim = claims[name];
    const isMet = value === "*" ? typeof claim === "string" && claim !== "" : claim === value;
    if (!isMet) throw new Error(`without the required ${name}`);
  }
  if (idTokenClaims.some((name) => Object.hasOwn(claims, name)) || claims["token_use"] === "id") {
    throw new Error("an ID token, which is for the client alone");
  }
}

/** Of all spellings of the same bytes one is accepted: a token has no second form. */
function isCanonical(part: string): boolean {
  return Buffer.from(part, "base64url").toString("base64url") === part;
}

function membersOf(part: string) {
  return uniqueMembers(Buffer.from(part, "base64url").toString());
}

/** Keys are read for all that wait for them: one who gives up does not end the reading. */
function abortable<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", stop));
}

function prefixOf({ claims }: TrustedIssuer): string {
  return claims?.subjectPrefix ?? "";
}

function assertDistinct(names: readonly string[]): void {
  if (new Set(names).size === names.length) return;
  throw new ArtGuardError("identity.invalid-configuration", "two issuers have one name, or one subjectPrefix");
}

function invalidToken(cause: unknown): ArtGuardError {
  return new ArtGuardError(
    "identity.invalid-token",
    "the token is malformed, forged, expired or not for this service",
    {
      cause,
    },
  );
}
