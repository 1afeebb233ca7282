import { MemoryTableStore } from "@artguard/core";
import {
  type AuditEvent,
  type AuditLogOptions,
  newAuditKeyPair,
  openAuditLog,
  type SecurityContext,
} from "@artguard/governance";

/** 15 November 2026, 12:00 UTC. */
export const noon = Date.UTC(2026, 10, 15, 12);

/** A clock that stands still until it is moved. */
export function testClock(start = noon) {
  const clock = {
    ms: start,
    now: () => clock.ms,
    advance: (milliseconds: number) => {
      clock.ms += milliseconds;
    },
  };
  return clock;
}

export const secret = new Uint8Array(32).fill(9);
export const keys = newAuditKeyPair("example.org/artguard-audit");

/** A context of a signed-in user. */
export function contextOf(userId = "cognito-sub-ada", more: Partial<SecurityContext> = {}): SecurityContext {
  return {
    principal: { kind: "user", id: userId },
    organizations: [{ organizationId: "tec", roles: ["data_analyst"] }],
    roles: [],
    permissions: [],
    clientAddress: "198.51.100.45",
    country: "CR",
    traceId: "0af7651916cd43dd8448eb211c80319c",
    authentication: { method: "token", strength: "single", credentialId: "token-17" },
    ...more,
  };
}

/** An event, distinguishable by its number. */
export function eventOf(number = 0, more: Partial<AuditEvent> = {}): AuditEvent {
  return {
    type: "analysis.read",
    operation: "analysis.get",
    outcome: "success",
    details: { number },
    ...more,
  };
}

/** A new log in memory, its store and its clock. */
export async function openLog(options: Partial<AuditLogOptions> = {}, clock = testClock()) {
  const tables = options.tables ?? new MemoryTableStore({ now: clock.now });
  const log = await openAuditLog({ signingKey: keys.signingKey, secret, now: clock.now, ...options, tables });
  return { log, tables, clock };
}

/** A pseudo-random sequence of numbers from 0 up to 1 (mulberry32): the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
