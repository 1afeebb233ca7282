import type { Analysis } from "../analysis/analysis.ts";
import { AnalysisRepository } from "../analysis/analysis-repository.ts";
import { defineAnalysisTable } from "../analysis/analysis-table.ts";
import type { ImageStores } from "../analysis/open-storage.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { TableStore } from "../storage/table-store.ts";
import type { UserId } from "../user/user-id.ts";
import { defineUserTable } from "../user/user-table.ts";
import { type EraseOptions, eraseUser, resumeErasures } from "./erase-user.ts";
import type { ErasureReceipt } from "./erasure-receipt.ts";
import { type ExportedFile, exportUser } from "./export-user.ts";
import type { PrivacyCallOptions, PrivacyContext } from "./privacy-context.ts";
import { type SweepExpiredOptions, type SweepResult, sweepExpired } from "./sweep-expired.ts";
import { withdrawConsent } from "./withdraw-consent.ts";

/** Options of {@link openPrivacy}. */
export interface PrivacyOptions {
  /** Where users and records are, as in `createArtGuard`. */
  readonly tables: TableStore;
  /** Where images are, in one store or two, as in `createArtGuard`. */
  readonly objects: ObjectStore | ImageStores;
  /** Name of the table of users; default `artguard-users-dev`. */
  readonly userTable?: string;
  /** Name of the table of analyses; default `artguard-image-analysis-dev`. */
  readonly analysisTable?: string;
  /**
   * How long an erasure waits between its sweeps, in milliseconds, for uploads under way to end and indexes to catch
   * up; default 5000. 0 is enough where one process writes to an embedded store.
   */
  readonly settleMs?: number;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** The rights of the people whose images were analysed. Who may call it for whom is the caller's to check. */
export interface Privacy {
  /** See `eraseUser`. */
  eraseUser(userId: UserId, options?: EraseOptions): Promise<ErasureReceipt>;
  /** Ends erasures that a crash interrupted; run it with `sweepExpired`. */
  resumeErasures(options?: EraseOptions): Promise<ErasureReceipt[]>;
  /** See `exportUser`. */
  exportUser(userId: UserId, options?: PrivacyCallOptions): AsyncGenerator<ExportedFile, void, undefined>;
  /** See `withdrawConsent`. */
  withdrawConsent(requestId: string, owner: UserId, options?: PrivacyCallOptions): Promise<Analysis>;
  /** See `sweepExpired`; run it at least once a day. */
  sweepExpired(options?: SweepExpiredOptions): Promise<SweepResult>;
}

const defaultSettleMs = 5000;

/**
 * Opens both tables and returns the rights that are exercised on them.
 *
 * @example
 * const privacy = await openPrivacy({ tables, objects });
 * const receipt = await privacy.eraseUser(userId);
 */
export async function openPrivacy(options: PrivacyOptions): Promise<Privacy> {
  const { tables: store, objects, settleMs = defaultSettleMs, now = Date.now } = options;
  const table = options.analysisTable;
  const context: PrivacyContext = {
    store,
    objects: "raw" in objects ? [objects.raw, objects.processed] : [objects],
    settleMs,
    now,
    users: await store.open(defineUserTable(options.userTable)),
    analyses: await AnalysisRepository.open(store, { ...(table !== undefined && { table }), now }),
    analysisItems: await store.open(defineAnalysisTable(table)),
  };
  return {
    eraseUser: (userId, options) => eraseUser(userId, context, options),
    resumeErasures: (options) => resumeErasures(context, options),
    exportUser: (userId, options) => exportUser(userId, context, options),
    withdrawConsent: (requestId, owner, options) => withdrawConsent(requestId, owner, context, options),
    sweepExpired: (options) => sweepExpired(context, options),
  };
}
