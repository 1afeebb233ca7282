import type { KnowledgeBase, Passage } from "../vision/knowledge-base.ts";
import { type Fault, suffer } from "./fault.ts";

/** A knowledge base in memory, with the queries that it got. */
export interface ScriptedKnowledgeBase extends KnowledgeBase {
  readonly queries: string[];
}

/**
 * A {@link KnowledgeBase} that gives the same passages to every query: for tests of what surrounds it.
 *
 * @example
 * const knowledge = scriptedKnowledgeBase();
 */
export function scriptedKnowledgeBase({
  passages = [],
  fault,
}: {
  readonly passages?: readonly Passage[];
  readonly fault?: Fault;
} = {}): ScriptedKnowledgeBase {
  const queries: string[] = [];
  return {
    id: "scripted",
    queries,
    search: async (query, { limit = 5, signal } = {}) => {
      queries.push(query);
      await suffer(fault, signal);
      return passages.slice(0, limit);
    },
  };
}
