export type { CueArticle, CueArticles, TopicArticle } from "./cue-article.ts";
export { cueArticle, cueArticles, topicArticles } from "./cue-articles.ts";
export type { DocumentLimits, KnowledgeDocument, RefusedDocument } from "./document.ts";
export {
  type FolderKnowledgeBase,
  type FolderKnowledgeBaseOptions,
  folderKnowledgeBase,
} from "./folder-knowledge-base.ts";
