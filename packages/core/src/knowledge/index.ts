/**
 * `KnowledgeBase` on the articles that ArtGuard ships and a folder of documents.
 *
 * @module @artguard/core/knowledge
 */
export { type AddDocumentsOptions, type AddedDocument, addDocuments } from "./add-documents.ts";
export { checkKnowledgeBase } from "./check-knowledge-base.ts";
export type { CueArticle, CueArticles, TopicArticle } from "./cue-article.ts";
export { cueArticle, cueArticles, topicArticles } from "./cue-articles.ts";
export type { DocumentLimits, KnowledgeDocument, RefusedDocument } from "./document.ts";
export {
  type FolderKnowledgeBase,
  type FolderKnowledgeBaseOptions,
  folderKnowledgeBase,
} from "./folder-knowledge-base.ts";
export { type SyncDocumentsOptions, type SyncedDocument, syncDocuments } from "./sync-documents.ts";
