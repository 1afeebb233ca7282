import {
  type AdmissionOptions,
  Admissions,
  type Analysis,
  analysisSchema,
  defineAnalysisTable,
  defineUserTable,
  MemoryTableStore,
  type TableStore,
  UserRepository,
  userIdOf,
} from "@artguard/core";
import { opened, type tableStores } from "../fixtures/table-stores.ts";

/** 15 November 2026, 12:00 UTC. */
export const midMonth = Date.UTC(2026, 10, 15, 12);

/** A clock that stands still until it is moved. */
export function testClock(start = midMonth) {
  const clock = {
    ms: start,
    now: () => clock.ms,
    advance: (milliseconds: number) => {
      clock.ms += milliseconds;
    },
    set: (to: number) => {
      clock.ms = to;
    },
  };
  return clock;
}

/** Both tables of a new store, with a user repository and an admission on them. */
export async function openUsers(
  clock = testClock(),
  store: TableStore = new MemoryTableStore({ now: clock.now }),
  options: Partial<AdmissionOptions> = {},
) {
  const users = await store.open(defineUserTable());
  const analyses = await store.open(defineAnalysisTable());
  const repository = new UserRepository(store, users, { now: clock.now });
  const admissions = new Admissions({ store, users, analyses, now: clock.now, ...options });
  return { store, users, analyses, repository, admissions, clock };
}

/** As {@link openUsers}, in a store of a kind. */
export async function openUsersIn(make: (typeof tableStores)[number][1]) {
  const clock = testClock();
  return openUsers(clock, await opened(make, clock));
}

let requests = 0;

/** A PENDING record of a user. */
export function pendingAnalysis(user: string, now: number, more: Partial<Analysis> = {}): Analysis {
  requests += 1;
  return analysisSchema.parse({
    request_id: `request-${requests}`,
    created_at: now,
    user_id: user,
    status: "PENDING",
    filename: "portrait.jpg",
    content_type: "image/jpeg",
    size_bytes: 3,
    ...more,
  });
}

export const ada = userIdOf("cognito-sub-ada");
export const bob = userIdOf("cognito-sub-bob");
