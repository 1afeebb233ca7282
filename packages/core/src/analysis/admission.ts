import type { ArtGuardError } from "../errors/artguard-error.ts";
import type { TransactAction } from "../storage/table-store.ts";
import type { Analysis } from "./analysis.ts";

/**
 * Creates the record, and does `actions` in the same transaction: all or none. The positions of
 * `cancellationReasons` of a failed one are those of `actions`.
 */
export type CreateRecord = (record: Analysis, actions: readonly TransactAction[]) => Promise<void>;

/** Decides which analyses may begin, for example by a quota. */
export interface Admission {
  /**
   * Lets an analysis begin by calling `create`, maybe with further attributes and actions; again after a cancelled
   * transaction if that makes sense. Or throws.
   *
   * @returns the record as created.
   */
  admit(record: Analysis, create: CreateRecord): Promise<Analysis>;
  /** Actions for the transaction in which an admitted analysis ends as FAILED, for example a refund. */
  onFail(record: Analysis, error: ArtGuardError): readonly TransactAction[];
}
