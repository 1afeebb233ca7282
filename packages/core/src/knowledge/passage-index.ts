import MiniSearch from "minisearch";
import type { Language } from "../vision/explanation.ts";
import type { Passage } from "../vision/knowledge-base.ts";
import type { DocumentPassage } from "./document.ts";
import { searchTerms } from "./search-terms.ts";

/** What a passage in another language than the one asked for is worth. */
const otherLanguage = 0.3;

/** Passages by BM25 (Robertson & Zaragoza, "The probabilistic relevance framework", 2009, in its BM25+ form). */
export class PassageIndex {
  readonly #search = new MiniSearch<DocumentPassage & { readonly id: number }>({
    fields: ["title", "text"],
    tokenize: searchTerms,
    processTerm: (term) => term,
    searchOptions: {
      boost: { title: 2 },
      // Endings differ: "compress" finds "compression", and "fotografías" finds "fotografía".
      prefix: (term) => term.length >= 4,
      fuzzy: (term) => (term.length >= 6 ? 0.2 : false),
      maxFuzzy: 2,
    },
  });
  readonly #passages: readonly DocumentPassage[];

  private constructor(passages: readonly DocumentPassage[]) {
    this.#passages = passages;
  }

  /** Indexes passages, letting other work of the process in between. */
  static async of(passages: readonly DocumentPassage[]): Promise<PassageIndex> {
    const index = new PassageIndex(passages);
    await index.#search.addAllAsync(passages.map((passage, id) => ({ ...passage, id })));
    return index;
  }

  /** The passages that share words with the query, best first. */
  search(query: string, limit: number, language?: Language): Passage[] {
    const boostDocument = (id: number) => {
      const own = this.#passages[id]?.language;
      return language === undefined || own === undefined || own === language ? 1 : otherLanguage;
    };
    return this.#search
      .search(query, { boostDocument })
      .slice(0, limit)
      .map(({ id, score }) => citable(this.#passages[id]!, score));
  }
}

function citable({ text, source, title }: DocumentPassage, score: number): Passage {
  return { text, source, ...(title !== undefined && { title }), score };
}
