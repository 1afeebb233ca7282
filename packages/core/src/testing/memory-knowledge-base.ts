import type { DocumentPassage } from "../knowledge/document.ts";
import { PassageIndex } from "../knowledge/passage-index.ts";
import { passageLimit, shortQuery } from "../knowledge/search-options.ts";
import { splitText } from "../knowledge/split-text.ts";
import { untilAborted } from "../knowledge/until-aborted.ts";
import type { KnowledgeBase } from "../vision/knowledge-base.ts";

/**
 * A {@link KnowledgeBase} on passages in memory, searched by words, for tests.
 *
 * @example
 * const knowledge = memoryKnowledgeBase([]);
 */
export function memoryKnowledgeBase(documents: readonly DocumentPassage[]): KnowledgeBase {
  const passages = documents.flatMap((document) => splitText(document.text).map((text) => ({ ...document, text })));
  const index = PassageIndex.of(passages);
  return {
    id: "memory",
    async search(query, { limit, language, signal } = {}) {
      const most = passageLimit(limit);
      return (await untilAborted(index, signal)).search(shortQuery(query), most, language);
    },
  };
}
