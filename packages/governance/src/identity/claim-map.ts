import { type UserId, userIdSchema } from "@artguard/core";
import type { OrganizationMembership, Principal } from "./security-context.ts";
import { type Strength, strengthOf } from "./strength.ts";

/** Which claims of an issuer's tokens say what, and what its groups are worth here: data, no code. */
export interface ClaimMap {
  /** Default `sub`. */
  readonly subject?: string;
  /** Put before the subject, to keep the users of several issuers apart; default nothing. */
  readonly subjectPrefix?: string;
  /** Default `email`. */
  readonly email?: string;
  /** A list of group names; default `groups`. */
  readonly groups?: string;
  /** Roles of those in a group, by its name; a group that is not here is worth nothing. */
  readonly rolesOfGroup?: Readonly<Record<string, readonly string[]>>;
  /** Membership of those in a group, by its name. */
  readonly membershipOfGroup?: Readonly<Record<string, OrganizationMembership>>;
  /** Id of the session; default `sid`. */
  readonly session?: string;
  /** Id of the client. Where it is also the subject, the token is of a service. Default `client_id`. */
  readonly client?: string;
  /** The one organisation the token is limited to; default `acts_in`. */
  readonly organization?: string;
  /**
   * Claim with the scopes (a list, or separated by spaces) and what stands before those that are permissions of ours.
   * Then a token allows only what its scopes say. Default: scopes limit nothing.
   */
  readonly scopes?: { readonly claim: string; readonly prefix: string };
  /** Values of `acr` that mean more than one factor; default none. */
  readonly multiFactorAcr?: readonly string[];
}

/** What a token says, in our words. */
export interface TokenFacts {
  readonly subject: string;
  readonly principal: Principal;
  readonly email?: string;
  readonly roles: readonly string[];
  readonly organizations: readonly OrganizationMembership[];
  readonly scopes?: readonly string[];
  readonly tokenId?: string;
  readonly sessionId?: string;
  /** The one organisation the token is limited to. */
  readonly actsIn?: string;
  readonly strength: Strength;
  /** Epoch milliseconds of the proof. */
  readonly authenticatedAt?: number;
}

type Claims = Readonly<Record<string, unknown>>;

/** Reads the claims of a token whose signature is good. Undefined where its subject cannot be a user of ours. */
export function mapClaims(claims: Claims, map: ClaimMap = {}): TokenFacts | undefined {
  const subject = claims[map.subject ?? "sub"];
  if (typeof subject !== "string") return undefined;
  const id = userIdOrNothing(`${map.subjectPrefix ?? ""}${subject}`);
  if (id === undefined) return undefined;
  const groups = listOf(claims[map.groups ?? "groups"]);
  const isService = subject === claims[map.client ?? "client_id"];
  const authTime = claims["auth_time"];
  return {
    subject,
    principal: { kind: isService ? "service" : "user", id },
    roles: [...new Set(groups.flatMap((group) => own(map.rolesOfGroup, group) ?? []))],
    organizations: groups.flatMap((group) => own(map.membershipOfGroup, group) ?? []),
    strength: strengthOf(listOf(claims["amr"]), claims["acr"], map.multiFactorAcr),
    ...text("email", claims[map.email ?? "email"]),
    ...text("tokenId", claims["jti"]),
    ...text("sessionId", claims[map.session ?? "sid"]),
    ...text("actsIn", claims[map.organization ?? "acts_in"]),
    ...(map.scopes && { scopes: scopesOf(claims, map.scopes) }),
    ...(typeof authTime === "number" && Number.isFinite(authTime) && { authenticatedAt: authTime * 1000 }),
  };
}

function userIdOrNothing(id: string): UserId | undefined {
  return userIdSchema.safeParse(id).data;
}

function scopesOf(claims: Claims, { claim, prefix }: { readonly claim: string; readonly prefix: string }): string[] {
  const value = claims[claim];
  const scopes = typeof value === "string" ? value.split(" ") : listOf(value);
  return scopes.filter((scope) => scope.startsWith(prefix)).map((scope) => scope.slice(prefix.length));
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function own<Value>(values: Readonly<Record<string, Value>> = {}, name: string): Value | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function text<Name extends string>(name: Name, value: unknown): { readonly [N in Name]?: string } {
  return typeof value === "string" && value !== "" ? ({ [name]: value } as { [N in Name]: string }) : {};
}
