// Started by new objects under training/ of the raw bucket: S3 notifications, EventBridge or a queue of either.
import { createExaminer, resolveLimits } from "@artguard/core/image";
import { s3EventHandler } from "@artguard/lambda";
import { buckets } from "./stores.ts";

const examiner = createExaminer({ isolation: "process" });
const training = { ...buckets(), examiner, limits: resolveLimits({}), deadlineMs: 60_000 };

export const handler = s3EventHandler({ training });
