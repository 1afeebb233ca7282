import { createTokenVerifier, type SigningAlgorithm } from "@artguard/governance";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

const [issuer, audience, kid] = ["https://issuer.example", "api://artguard", "key-1"];
const tokens = 200;

/** How fast tokens are verified. */
export interface JwtRate {
  /** Tokens a second of the clock. */
  readonly perSecond: number;
  /** Tokens a second of processor time, of all threads together: what one core does that has nothing else to do. */
  readonly perCoreSecond: number;
}

/**
 * Access tokens verified one after the other, each with everything that is checked of one but its revocation.
 *
 * @param algorithm Default ES256, of the embedded issuer; Cognito and Okta sign with RS256.
 * @param seconds How long to measure; default 2.
 */
export async function jwtRate(algorithm: SigningAlgorithm = "ES256", seconds = 2): Promise<JwtRate> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm);
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: "sig" };
  const made = await Promise.all(
    Array.from({ length: tokens }, (_, index) =>
      new SignJWT({ sid: `session-${index}`, client_id: "client", auth_time: 1, amr: ["pwd"] })
        .setProtectedHeader({ alg: algorithm, typ: "at+jwt", kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(`user-${index}`)
        .setJti(`${index}`)
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(privateKey),
    ),
  );
  const verifier = createTokenVerifier({
    issuers: [
      {
        issuer,
        keys: async () => ({ keys: [jwk] }),
        algorithms: [algorithm],
        recipient: { claim: "aud", oneOf: [audience] },
      },
    ],
  });
  for (const token of made) await verifier.verify(token);
  const [begun, usage] = [performance.now(), process.cpuUsage()];
  let verified = 0;
  while (performance.now() - begun < seconds * 1000) {
    for (const token of made) await verifier.verify(token);
    verified += made.length;
  }
  const { user, system } = process.cpuUsage(usage);
  return {
    perSecond: verified / ((performance.now() - begun) / 1000),
    perCoreSecond: verified / ((user + system) / 1e6),
  };
}
