/**
 * Announcements of submitted analyses on a queue of Amazon SQS; needs `@aws-sdk/client-sqs`.
 *
 * @module @artguard/core/sqs
 */
export { SqsWorkAnnouncements, type SqsWorkAnnouncementsOptions, sqs } from "./sqs-work-announcements.ts";
