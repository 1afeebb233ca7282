import type { AdmissionGate } from "../analysis/admission.ts";
import type { Analysis } from "../analysis/analysis.ts";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { TableDefinition } from "../storage/table.ts";
import { cancellationReasons, type TableStore, type TransactAction } from "../storage/table-store.ts";
import type { Admissions } from "./admission.ts";
import { beingErased, notErasedAction } from "./erasure-mark.ts";
import { assertNoIdempotency, isSystemFailure } from "./idempotency.ts";
import { userIdOf } from "./user-id.ts";
import type { UserItem } from "./user-table.ts";

/**
 * Lets only users with an account and a quota begin analyses; `idempotency` of the options is honoured, and what the
 * system failed is not charged.
 *
 * @example
 * const artguard = await createArtGuard({ detectors, tables: store, admission: quotaGate(admissions) });
 */
export function quotaGate(admissions: Admissions): AdmissionGate {
  return {
    admit: (analysis, creation, { idempotency }) =>
      admissions.admit(
        { analysis, submitted: analysis.job !== undefined, ...(idempotency && { idempotency }) },
        creation,
      ),
    readmit: async ({ user_id }) => {
      if (user_id !== undefined) await admissions.assertNotErased(userIdOf(user_id));
    },
    failed: async (record) => {
      if (isSystemFailure(record)) await admissions.refund(record);
    },
  };
}

/**
 * Lets everybody in but users who are being or were erased: for hosts that count no quota, and the default of
 * `createArtGuard`. It remembers no Idempotency-Keys and refuses them.
 *
 * @example
 * const artguard = await createArtGuard({ detectors, tables: store, admission: erasureGate(store, defineUserTable()) });
 */
export function erasureGate(store: TableStore, users: TableDefinition<UserItem>): AdmissionGate {
  const transact = async ({ user_id = "" }: Analysis, actions: readonly TransactAction[]) => {
    try {
      await store.transact([notErasedAction(users, userIdOf(user_id)), ...actions]);
    } catch (error) {
      if (cancellationReasons(error)[0] === "storage.condition-failed") throw beingErased();
      throw isArtGuardError(error, "storage.table-missing") ? withoutUsers(error) : error;
    }
  };
  return {
    admit: async (analysis, creation, { idempotency }) => {
      assertNoIdempotency(idempotency);
      await transact(analysis, creation(analysis));
      return { outcome: "admitted", analysis };
    },
    readmit: async (analysis) => {
      if (analysis.user_id !== undefined) await transact(analysis, []);
    },
    failed: async () => undefined,
  };
}

function withoutUsers(cause: ArtGuardError): ArtGuardError {
  return new ArtGuardError("storage.table-missing", cause.message, {
    fix: "Create the missing table from its definition. Without a table of users, pass `userTable: false` to createArtGuard: then nobody is refused because of an erasure.",
    cause,
  });
}
