import { createHash } from "node:crypto";
import { ArtGuardError, isArtGuardError } from "../errors/artguard-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { itemSize, itemSizeBound } from "./item-size.ts";
import type { TableDefinition } from "./table.ts";
import { type TransactAction, type TransactOptions, transactionCancelled } from "./table-store.ts";
import { type Attributes, decideWrite, type PreparedWrite, prepareWrite } from "./table-write.ts";

/** How long a token protects from doing a transaction twice, in milliseconds. */
export const tokenLifetimeMs = 10 * 60_000;
/** DynamoDB's limits on a transaction. */
const [mostActions, mostBytes, longestToken] = [100, 4 * 1024 * 1024, 36];

/** One action after every check that all stores share. */
export interface PreparedAction {
  readonly definition: TableDefinition<Attributes>;
  readonly write: PreparedWrite<Attributes>;
}

/**
 * Checks a transaction as far as it can be without the stored items.
 *
 * @throws ArtGuardError `storage.invalid-query`, `storage.invalid-key`, `storage.invalid-item`, `storage.item-too-large`
 */
export function prepareActions(actions: readonly TransactAction[], { token }: TransactOptions): PreparedAction[] {
  if (actions.length < 1 || actions.length > mostActions) {
    throw invalid(`a transaction has 1–${mostActions} actions, not ${actions.length}`);
  }
  if (token !== undefined && (token.length < 1 || token.length > longestToken)) {
    throw invalid(`a token has 1–${longestToken} characters`);
  }
  const prepared = actions.map(({ definition, write }) => ({ definition, write: prepareWrite(definition, write) }));
  const items = prepared.map(({ definition, write }) => JSON.stringify([definition.name, ...write.keyValues]));
  if (new Set(items).size < items.length) throw invalid("a transaction acts on each item at most once");
  const put = prepared.flatMap(({ write }) => (write.kind === "put" ? [write.item] : []));
  if (total(put, itemSizeBound) <= mostBytes) return prepared;
  const bytes = total(put, itemSize);
  if (bytes <= mostBytes) return prepared;
  throw new ArtGuardError("storage.item-too-large", `a transaction writes at most ${mostBytes} bytes, not ${bytes}`);
}

function total(items: readonly object[], size: (item: object) => number): number {
  return items.reduce((sum, item) => sum + size(item), 0);
}

/** SHA-256 of what the actions do, the same for the same actions whatever the order of their attributes. */
export function fingerprintOf(actions: readonly PreparedAction[]): string {
  const content = actions.map(({ definition, write }) => [definition.name, write]);
  return createHash("sha256").update(JSON.stringify(content, sortedAttributes)).digest("hex");
}

function sortedAttributes(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Refuses a token that other actions used. @throws ArtGuardError `storage.idempotency-mismatch` */
export function assertSameActions(known: string, fingerprint: string): void {
  if (known === fingerprint) return;
  throw new ArtGuardError("storage.idempotency-mismatch", "the token belongs to a transaction of other actions");
}

/**
 * The items after each action, undefined for none, decided on what is stored before any of them.
 *
 * @param find The live item of an action's key.
 * @throws ArtGuardError `storage.transaction-cancelled`
 */
export function decideActions(
  actions: readonly PreparedAction[],
  find: (action: PreparedAction) => Attributes | undefined,
): (Attributes | undefined)[] {
  const reasons: (ErrorCode | undefined)[] = [];
  const items = actions.map((action, index) => {
    try {
      return decideWrite(action.definition, action.write, find(action));
    } catch (error) {
      if (!isArtGuardError(error, "storage.") || !actionReasons.has(error.code)) throw error;
      reasons[index] = error.code;
      return undefined;
    }
  });
  if (reasons.length === 0) return items;
  throw transactionCancelled(actions.map((_, index) => reasons[index]));
}

/** What an action can fail of by itself; anything else is a failure of the store. */
const actionReasons = new Set<ErrorCode>([
  "storage.condition-failed",
  "storage.invalid-item",
  "storage.item-too-large",
]);

function invalid(problem: string): ArtGuardError {
  return new ArtGuardError("storage.invalid-query", problem);
}
