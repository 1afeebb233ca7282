import type { TransactAction } from "../storage/table-store.ts";
import type { Analysis } from "./analysis.ts";
import type { RecordOptions } from "./create-record.ts";

/** What became of a request to begin an analysis. */
export interface Admitted {
  /**
   * `admitted`: its record is stored; `replayed`: the same request came before and `analysis` is its record;
   * `resumed`: the same request came before and its caller died, `analysis` is to be taken over.
   */
  readonly outcome: "admitted" | "replayed" | "resumed";
  readonly analysis: Analysis;
}

/** Lets analyses begin, for example by a quota. */
export interface AdmissionGate {
  /**
   * Stores the record, or throws.
   *
   * @param record PENDING, not yet stored.
   * @param creation The actions that store it, maybe with more attributes; to be done in one transaction with the gate's own.
   */
  admit(
    record: Analysis,
    creation: (record: Analysis) => readonly TransactAction[],
    options: RecordOptions,
  ): Promise<Admitted>;
  /** Before a saved image is judged again; throws when its owner is to get nothing new. Left out, everybody may. */
  readmit?(record: Analysis): Promise<void>;
  /** After an admitted analysis ended as FAILED; may be called twice for one. */
  failed(record: Analysis): Promise<void>;
}
