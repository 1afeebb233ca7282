import type { Admissions, ApiKeyRepository, ArtGuard, Privacy, UserRepository } from "@artguard/core";
import type { AccessControl } from "../../access/access-control.ts";
import type { Resource } from "../../access/resource.ts";
import type { SecurityContext } from "../../identity/security-context.ts";
import type { Usage } from "../../usage/usage.ts";

/** What the operations on core's use cases work with; assembled by `createGovernance`. */
export interface CoreServices {
  readonly artguard: ArtGuard;
  readonly users: UserRepository;
  readonly privacy: Privacy;
  readonly access: AccessControl;
  readonly usage: Usage;
  readonly apiKeys: ApiKeyRepository;
  readonly admissions: Admissions;
  /** Finds a thing of a kind, for grants on it; by kind. */
  readonly finders: Readonly<Record<string, (id: string) => Promise<Resource | undefined>>>;
  /** Makes everything else forget an erased user: before the erasure is complete, and once more behind its audit entry. */
  readonly forget: (userId: string, context: SecurityContext) => Promise<void>;
  readonly now: () => number;
}
