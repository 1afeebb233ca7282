import type { Configuration, WorkAnnouncements } from "@artguard/core";
import { UsageError } from "../usage-error.ts";

/** The queue of announcements with this URL; the SDK is loaded here. @throws UsageError */
export async function openQueue(
  queueUrl: string,
  { region }: Configuration,
): Promise<Pick<WorkAnnouncements, "receive">> {
  if (!URL.canParse(queueUrl)) throw new UsageError(`--queue must be the URL of a queue of SQS, got "${queueUrl}"`);
  try {
    const { sqs } = await import("@artguard/core/sqs");
    return sqs({ queueUrl, clientConfig: { region } });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new UsageError("--queue needs the package @aws-sdk/client-sqs beside this one");
  }
}
