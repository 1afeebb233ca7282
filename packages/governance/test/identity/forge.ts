import { createHmac, randomBytes } from "node:crypto";
import type { TrustedIssuer } from "@artguard/governance";
import { CompactSign, type CryptoKey, exportJWK, exportSPKI, generateKeyPair, importJWK, type JWK } from "jose";

/** `iss` of the test issuer. */
export const issuerName = "https://issuer.example/pool";
/** `aud` of its tokens. */
export const audience = "api://artguard";

/** An issuer whose private key the tests have, and a stranger. */
export interface Forge {
  readonly trusted: TrustedIssuer;
  readonly publicJwk: JWK;
  readonly publicPem: string;
  readonly jwk: JWK;
  /** The issuer's private key for an algorithm. */
  readonly keyFor: (alg: string) => Promise<CryptoKey>;
  readonly stranger: { readonly privateKey: CryptoKey; readonly publicJwk: JWK };
  readonly now: () => number;
}

export async function openForge(now: () => number, more: Partial<TrustedIssuer> = {}): Promise<Forge> {
  const own = await generateKeyPair("RS256", { extractable: true });
  const foreign = await generateKeyPair("RS256", { extractable: true });
  const jwk = await exportJWK(own.privateKey);
  // Without `alg`: the set itself does not say which algorithm the key is for.
  const publicJwk = { ...(await exportJWK(own.publicKey)), kid: "key-1", use: "sig" };
  return {
    trusted: {
      issuer: issuerName,
      keys: async () => ({ keys: [publicJwk] }),
      algorithms: ["RS256"],
      recipient: { claim: "aud", oneOf: [audience] },
      ...more,
    },
    publicJwk,
    publicPem: await exportSPKI(own.publicKey),
    jwk,
    keyFor: async (alg) => (await importJWK(jwk, alg)) as CryptoKey,
    stranger: { privateKey: foreign.privateKey, publicJwk: await exportJWK(foreign.publicKey) },
    now,
  };
}

/** Claims of a good token of ada. */
export function goodClaims({ now }: Pick<Forge, "now">): Record<string, unknown> {
  const iat = Math.floor(now() / 1000);
  return { iss: issuerName, aud: audience, sub: "ada", iat, exp: iat + 3600, jti: randomBytes(8).toString("hex") };
}

export const goodHeader = { alg: "RS256", typ: "at+jwt", kid: "key-1" };

/** Signs as the issuer would. `undefined` takes a claim or parameter away. */
export async function sign(
  forge: Forge,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  key?: CryptoKey,
): Promise<string> {
  const payload = JSON.stringify({ ...goodClaims(forge), ...claims });
  return signText(forge, payload, header, key);
}

async function signText(forge: Forge, payload: string, header: Record<string, unknown>, key?: CryptoKey) {
  const complete = { ...goodHeader, ...header };
  return new CompactSign(Buffer.from(payload))
    .setProtectedHeader(complete)
    .sign(key ?? (await forge.keyFor(String(complete.alg))), { crit: { "urn:example": true, b64: true } });
}

const part = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** A token by hand: any header, any signature. */
function byHand(header: unknown, payload: unknown, signature = "AAAA"): string {
  return `${part(header)}.${part(payload)}.${signature}`;
}

function hmac(forge: Forge, key: string | Buffer, header: Record<string, unknown> = {}): string {
  const input = `${part({ ...goodHeader, alg: "HS256", ...header })}.${part(goodClaims(forge))}`;
  return `${input}.${createHmac("sha256", key).update(input).digest("base64url")}`;
}

/** RSA signs bytes: the header of a text that `JSON.stringify` would not write. */
async function signRaw(forge: Forge, header: string, payload: string): Promise<string> {
  const input = `${part(header)}.${part(payload)}`;
  const key = await forge.keyFor("RS256");
  const signature = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", key, Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString("base64url")}`;
}

type Make = (forge: Forge, good: string) => string | Promise<string>;
const seconds = ({ now }: Forge) => Math.floor(now() / 1000);
const stranger = ({ stranger: { privateKey } }: Forge) => privateKey;

/** Ways to forge a token, or to pass off a token for what it is not; `good` is a token that is accepted. */
export const forgeries: Readonly<Record<string, Make>> = {
  "nothing at all": () => "",
  "two dots": () => "..",
  "two parts": (_, good) => good.slice(0, good.lastIndexOf(".")),
  "five parts, as an encrypted token": (_, good) => `${good}.AAAA.AAAA`,
  "a megabyte": (_, good) => `${good}${"A".repeat(1 << 20)}`,
  "a space before it": (_, good) => ` ${good}`,
  "a line break behind it": (_, good) => `${good}\n`,
  "the scheme before it": (_, good) => `Bearer ${good}`,
  "padding behind it": (_, good) => `${good}==`,
  "another spelling of its last bits": (_, good) => `${good.slice(0, -1)}${nextLetter(good.at(-1)!)}`,
  "alg none": (forge) => byHand({ ...goodHeader, alg: "none" }, goodClaims(forge), "AA"),
  "alg none without a signature": (forge) => byHand({ ...goodHeader, alg: "none" }, goodClaims(forge), ""),
  "alg nOnE": (forge) => byHand({ ...goodHeader, alg: "nOnE" }, goodClaims(forge)),
  "no alg": (forge) => byHand({ typ: "at+jwt", kid: "key-1" }, goodClaims(forge)),
  "HS256 under the public key": (forge) => hmac(forge, forge.publicPem),
  "HS256 under the public JWK": (forge) => hmac(forge, JSON.stringify(forge.publicJwk)),
  "HS256 under an empty key, by a path as kid": (forge) => hmac(forge, "", { kid: "../../../../dev/null" }),
  "PS256 by the issuer's key": (forge) => sign(forge, {}, { alg: "PS256" }),
  "RS512 by the issuer's key": (forge) => sign(forge, {}, { alg: "RS512" }),
  "ES256 with a signature of zeros": (forge) =>
    byHand({ ...goodHeader, alg: "ES256" }, goodClaims(forge), Buffer.alloc(64).toString("base64url")),
  "a stranger's key under the issuer's kid": (forge) => sign(forge, {}, {}, stranger(forge)),
  "a key in the header": (forge) => sign(forge, {}, { jwk: forge.stranger.publicJwk }, stranger(forge)),
  "the issuer's own key in the header": (forge) => sign(forge, {}, { jwk: forge.publicJwk }),
  jku: (forge) => sign(forge, {}, { jku: "https://evil.example/keys" }, stranger(forge)),
  "jku on a token that the issuer signed": (forge) => sign(forge, {}, { jku: "https://evil.example/keys" }),
  x5u: (forge) => sign(forge, {}, { x5u: "https://evil.example/chain" }, stranger(forge)),
  x5c: (forge) => sign(forge, {}, { x5c: ["AAAA"] }, stranger(forge)),
  "a kid that nobody has": (forge) => sign(forge, {}, { kid: "key-2" }),
  "a path as kid": (forge) => sign(forge, {}, { kid: "../../key-1" }, stranger(forge)),
  "SQL as kid": (forge) => sign(forge, {}, { kid: "x' UNION SELECT 'key-1" }, stranger(forge)),
  "a number as kid": (forge) => sign(forge, {}, { kid: 1 }),
  "no kid": (forge) => sign(forge, {}, { kid: undefined }),
  "an extension that must be understood": (forge) => sign(forge, {}, { crit: ["urn:example"], "urn:example": 1 }),
  "b64 that must be understood": (forge) => sign(forge, {}, { crit: ["b64"], b64: true }),
  "a compressed payload": (forge) => sign(forge, {}, { zip: "DEF" }),
  "typ of a security event": (forge) => sign(forge, {}, { typ: "secevent+jwt" }),
  "typ of an ID token": (forge) => sign(forge, {}, { typ: "JWT" }),
  "an ID token by its nonce": (forge) => sign(forge, { nonce: "n-0S6_WzA2Mj" }),
  "an ID token by its at_hash": (forge) => sign(forge, { at_hash: "MTIzNDU2Nzg5MDEyMzQ1Ng" }),
  "an ID token by its use": (forge) => sign(forge, { token_use: "id" }),
  "for another audience": (forge) => sign(forge, { aud: "api://somebody-else" }),
  "for no audience": (forge) => sign(forge, { aud: undefined }),
  "for a list of others": (forge) => sign(forge, { aud: ["api://one", "api://two"] }),
  "for an audience that only begins so": (forge) => sign(forge, { aud: `${audience}.evil.example` }),
  "of another issuer": (forge) => sign(forge, { iss: "https://evil.example" }),
  "of the issuer with a slash": (forge) => sign(forge, { iss: `${issuerName}/` }),
  "of no issuer": (forge) => sign(forge, { iss: undefined }),
  "without an end": (forge) => sign(forge, { exp: undefined }),
  "an end as text": (forge) => sign(forge, { exp: "9999999999" }),
  expired: (forge) => sign(forge, { iat: seconds(forge) - 3600, exp: seconds(forge) - 10 }),
  "not valid yet": (forge) => sign(forge, { nbf: seconds(forge) + 60 }),
  "issued in the future": (forge) => sign(forge, { iat: seconds(forge) + 60 }),
  "issued too long ago": (forge) => sign(forge, { iat: seconds(forge) - 2 * 86_400 }),
  "issued at no time": (forge) => sign(forge, { iat: undefined }),
  "of nobody": (forge) => sign(forge, { sub: undefined }),
  "of a list of people": (forge) => sign(forge, { sub: ["ada"] }),
  "of a key of the table": (forge) => sign(forge, { sub: "APIKEY#0123456789ab" }),
  "a claim twice": (forge) =>
    signText(forge, JSON.stringify({ ...goodClaims(forge), sub: "bob" }).replace("{", '{"sub":"ada",'), {}),
  "a header parameter twice": (forge) =>
    signRaw(forge, '{"alg":"none","alg":"RS256","typ":"at+jwt","kid":"key-1"}', JSON.stringify(goodClaims(forge))),
  "a list as payload": (forge) => signText(forge, JSON.stringify([goodClaims(forge)]), {}),
  "no JSON as payload": (forge) => signText(forge, "sub=ada", {}),
  "another user under the same signature": (forge, good) => {
    const [header, , signature] = good.split(".");
    return `${header}.${part({ ...goodClaims(forge), sub: "bob" })}.${signature}`;
  },
  "a signature that is cut off": (_, good) => good.slice(0, -8),
  "the signature of another token": async (forge, good) => {
    const other = await sign(forge, { sub: "bob" });
    return `${good.slice(0, good.lastIndexOf("."))}.${other.split(".")[2]}`;
  },
};

/** Of the 64 letters the next one that differs in bits which stand for nothing behind 256 bytes. */
function nextLetter(letter: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return letters[letters.indexOf(letter) ^ 1]!;
}

/** Names of the forgeries that something accepts. */
export async function acceptedBy(
  forge: Forge,
  good: string,
  accepts: (token: string) => Promise<unknown>,
): Promise<string[]> {
  const accepted: string[] = [];
  for (const [name, make] of Object.entries(forgeries)) {
    const token = await make(forge, good);
    await accepts(token).then(
      () => accepted.push(name),
      () => undefined,
    );
  }
  return accepted;
}
