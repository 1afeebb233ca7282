import type { SecurityContext } from "./security-context.ts";

/** Exactly what custodians are asked to agree to. */
export interface ChangeAskedFor {
  /** `noun.verb`. */
  readonly operation: string;
  readonly resource: { readonly kind: string; readonly id: string; readonly organizationId?: string };
  /** The change, as plain data. */
  readonly input: unknown;
}

/** Asks custodians for changes of who may act and from where, and lets each happen once for each time they agreed. */
export interface ChangeApproval {
  /** Asks for an approval, or finds the request of the same caller for the same. @returns its id. */
  request(context: SecurityContext, asked: ChangeAskedFor): Promise<string>;
  /** Uses an approval up. @throws ArtGuardError when it was not given, not for this, or is used or expired. */
  consume(context: SecurityContext, approvalId: string, asked: ChangeAskedFor): Promise<void>;
}
