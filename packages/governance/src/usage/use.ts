import { ArtGuardError } from "@artguard/core";
import type { UsageSubject } from "./plan.ts";
import type { UsageEvent } from "./usage-event.ts";
import { subjectText } from "./usage-keys.ts";

/** Something that is about to be used. */
export interface Use {
  /** Unique; the id of the event. */
  readonly operationId: string;
  /** Name of the operation. */
  readonly operation: string;
  readonly meter: string;
  /** In units of the meter, a whole number from 1 on. */
  readonly quantity: number;
  /** Whose limits it counts against; at least one, each once. */
  readonly subjects: readonly UsageSubject[];
}

/** Room that is kept for one operation. Both calls can be repeated. */
export interface UsageReservation {
  /**
   * It was used: counts it and writes its event to the outbox.
   *
   * @param eventId Where something else keeps the count: id of the event; default the operation's.
   */
  commit(eventId?: string): Promise<void>;
  /** It was not: gives the room back. */
  release(): Promise<void>;
}

/** The event of a use at a moment in epoch milliseconds. */
export function eventOf(
  { operationId, operation, meter, quantity, subjects }: Use,
  source: string,
  now: number,
): UsageEvent {
  const [first] = subjects;
  return {
    specversion: "1.0",
    id: operationId,
    source,
    type: "artguard.usage.v1",
    subject: `${first!.kind}/${first!.id}`,
    time: new Date(now).toISOString(),
    datacontenttype: "application/json",
    data: { meter, quantity, operation, subjects: [...subjects] },
  };
}

/** @throws ArtGuardError `usage.invalid-input` */
export function assertUse({ quantity, subjects, operationId }: Use): void {
  const texts = subjects.map(subjectText);
  const problem =
    operationId === ""
      ? "operationId: is empty"
      : !Number.isSafeInteger(quantity) || quantity < 1
        ? `quantity: expected a whole number from 1 on, got ${quantity}`
        : texts.length === 0 || new Set(texts).size < texts.length
          ? "subjects: expected at least one, each once"
          : undefined;
  if (problem !== undefined) throw new ArtGuardError("usage.invalid-input", problem);
}
