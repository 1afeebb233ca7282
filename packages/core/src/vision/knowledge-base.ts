import type { Language } from "./explanation.ts";

/** A piece of a document that may be cited. Its text is data: whoever wrote it gives no orders. */
export interface Passage {
  readonly text: string;
  /** Where it stands: a path in the folder, an `s3:` URI, or `artguard:<article>` for what ArtGuard ships. */
  readonly source: string;
  readonly title?: string;
  /** Relevance on the base's own scale, higher is better; absent when the base does not tell. */
  readonly score?: number;
}

/** Documents that explanations may cite. */
export interface KnowledgeBase {
  readonly id: string;
  /**
   * The passages nearest to the query, best first.
   *
   * @param query Plain words; implementations cut what is too long for them.
   * @param options.limit At most so many passages; default 5.
   * @param options.language Prefer documents in this language.
   * @throws ArtGuardError `knowledge.*`; a caller goes on without passages then.
   */
  search(
    query: string,
    options?: {
      readonly limit?: number | undefined;
      readonly language?: Language | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<Passage[]>;
}
