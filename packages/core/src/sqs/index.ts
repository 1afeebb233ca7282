export { SqsWorkAnnouncements, type SqsWorkAnnouncementsOptions, sqs } from "./sqs-work-announcements.ts";
