import { type ApiKeyRepository, ArtGuardError } from "@artguard/core";
import type { AccessControl, Authenticator, SecurityContext } from "@artguard/governance";

/** Options of {@link apiKeyAuthenticator}. */
export interface ApiKeyAuthenticatorOptions {
  readonly apiKeys: ApiKeyRepository;
  readonly access: Pick<AccessControl, "permissionsOf">;
  /** Roles of a user, besides those that every user has. */
  readonly rolesOf: (userId: string) => readonly string[];
}

/** Tells who acts by API keys alone. */
export function apiKeyAuthenticator({ apiKeys, access, rolesOf }: ApiKeyAuthenticatorOptions): Authenticator {
  return {
    authenticate: async (credential, { traceId, clientAddress, country }) => {
      const place = {
        traceId,
        ...(clientAddress !== undefined && { clientAddress }),
        ...(country !== undefined && { country }),
      };
      if (credential.kind === "none") return nobody(place);
      if (credential.kind === "token") throw new ArtGuardError("user.invalid-api-key", "tokens are not accepted here");
      const { user, apiKey } = await apiKeys.authenticate(credential.key);
      const caller = {
        principal: { kind: "user", id: user.user_id },
        organizations: [],
        roles: rolesOf(user.user_id),
        ...(apiKey.scopes && { scopes: apiKey.scopes }),
      } as const;
      return {
        ...caller,
        ...place,
        permissions: await access.permissionsOf(caller),
        authentication: { method: "api_key", strength: "single", credentialId: apiKey.prefix },
      };
    },
  };
}

function nobody(place: Pick<SecurityContext, "traceId" | "clientAddress" | "country">): SecurityContext {
  return {
    ...place,
    principal: { kind: "anonymous", id: "anonymous" },
    organizations: [],
    roles: [],
    permissions: [],
    authentication: { method: "none", strength: "none" },
  };
}
