import type { AdmissionGate } from "../analysis/admission.ts";
import type { TableDefinition } from "../storage/table.ts";
import { cancellationReasons, type TableStore } from "../storage/table-store.ts";
import type { Admissions } from "./admission.ts";
import { beingErased, notErasedAction } from "./erasure-mark.ts";
import { isSystemFailure } from "./idempotency.ts";
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
    failed: async (record) => {
      if (isSystemFailure(record)) await admissions.refund(record);
    },
  };
}

/** Lets everybody in but users who are being or were erased: for hosts that count no quota. */
export function erasureGate(store: TableStore, users: TableDefinition<UserItem>): AdmissionGate {
  return {
    admit: async (analysis, creation) => {
      try {
        await store.transact([notErasedAction(users, userIdOf(analysis.user_id ?? "")), ...creation(analysis)]);
        return { outcome: "admitted", analysis };
      } catch (error) {
        throw cancellationReasons(error)[0] === "storage.condition-failed" ? beingErased() : error;
      }
    },
    failed: async () => undefined,
  };
}
