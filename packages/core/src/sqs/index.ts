/**
 * `WorkAnnouncements` on Amazon SQS. Needs `@aws-sdk/client-sqs`.
 *
 * @module @artguard/core/sqs
 */
export { SqsWorkAnnouncements, type SqsWorkAnnouncementsOptions, sqs } from "./sqs-work-announcements.ts";
