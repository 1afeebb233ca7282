export type { CueArticle, CueArticles, TopicArticle } from "./cue-article.ts";
export { cueArticle, cueArticles, topicArticles } from "./cue-articles.ts";
