import { isArtGuardError } from "@artguard/core";
import {
  type ClaimMap,
  cognitoIssuer,
  createTokenVerifier,
  oktaIssuer,
  remoteKeys,
  type TrustedIssuer,
} from "@artguard/governance";
import { z } from "zod";

const text = z.string().min(1, "must not be empty").max(256, "must have at most 256 characters");
const names = z.array(text).min(1, "must name at least one");
/** What the groups of an issuer are worth here; see `ClaimMap`. */
const worth = {
  /** Put before its subjects, so that nobody is taken for a user of another issuer. */
  subjectPrefix: z.string().max(64, "must have at most 64 characters").exactOptional(),
  /** Claim with the groups; default that of the preset. */
  groups: text.exactOptional(),
  rolesOfGroup: z.record(text, z.array(text)).exactOptional(),
  membershipOfGroup: z.record(text, z.strictObject({ organizationId: text, roles: z.array(text) })).exactOptional(),
  /** Values of `acr` that mean more than one factor. */
  multiFactorAcr: z.array(text).exactOptional(),
};
const issuerSchema = z.discriminatedUnion("preset", [
  z.strictObject({ preset: z.literal("cognito"), region: text, userPoolId: text, clientIds: names, ...worth }),
  z.strictObject({
    preset: z.literal("okta"),
    domain: text,
    authorizationServerId: text.exactOptional(),
    audience: names.exactOptional(),
    ...worth,
  }),
  z.strictObject({
    preset: z.literal("oidc"),
    /** `iss`, to the letter. */
    issuer: text,
    /** Address of its keys. */
    jwksUri: text,
    audience: names,
    /** Values of the header's `typ`; default `at+jwt` alone. */
    types: z.array(z.string().max(64)).min(1, "must name at least one").exactOptional(),
    ...worth,
  }),
]);
type IssuerSetting = z.infer<typeof issuerSchema>;

/** What the embedded issuer is in a list: no other may be taken for it. */
const embedded: TrustedIssuer = {
  issuer: "http://localhost/artguard",
  keys: async () => ({ keys: [] }),
  recipient: { claim: "aud", oneOf: ["artguard"] },
};

/**
 * Issuers from the configuration's `issuers`.
 *
 * @param problems Gets everything that is wrong.
 */
export function issuersOf(value: unknown, isEmbeddedOpen: boolean, problems: string[]): TrustedIssuer[] {
  const parsed = z.array(issuerSchema, { error: "must be a list" }).safeParse(value ?? []);
  if (!parsed.success) {
    problems.push(...parsed.error.issues.map(({ path, message }) => `${["issuers", ...path].join(".")} ${message}`));
    return [];
  }
  const issuers = parsed.data.flatMap((setting, index) => {
    const trusted = withoutFault(`issuers.${index}`, () => trustedOf(setting), problems);
    return trusted ? [trusted] : [];
  });
  const all = isEmbeddedOpen ? [embedded, ...issuers] : issuers;
  withoutFault("issuers", () => createTokenVerifier({ issuers: all }), problems);
  return issuers;
}

function trustedOf(setting: IssuerSetting): TrustedIssuer {
  if (setting.preset === "cognito") return cognitoIssuer({ ...setting, claims: claimsOf(setting) });
  if (setting.preset === "okta") return oktaIssuer({ ...setting, claims: claimsOf(setting) });
  const { issuer, jwksUri, audience: oneOf, types } = setting;
  return {
    issuer,
    keys: remoteKeys(jwksUri),
    recipient: { claim: "aud", oneOf },
    claims: claimsOf(setting),
    ...(types && { types }),
  };
}

function claimsOf({ subjectPrefix, groups, rolesOfGroup, membershipOfGroup, multiFactorAcr }: IssuerSetting): ClaimMap {
  return {
    ...(subjectPrefix !== undefined && { subjectPrefix }),
    ...(groups !== undefined && { groups }),
    ...(rolesOfGroup && { rolesOfGroup }),
    ...(membershipOfGroup && { membershipOfGroup }),
    ...(multiFactorAcr && { multiFactorAcr }),
  };
}

function withoutFault<Value>(where: string, make: () => Value, problems: string[]): Value | undefined {
  try {
    return make();
  } catch (error) {
    if (!isArtGuardError(error, "identity.invalid-configuration")) throw error;
    problems.push(`${where}: ${error.message}`);
    return undefined;
  }
}
