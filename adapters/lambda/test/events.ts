import { readFileSync } from "node:fs";

const read = (name: string) => JSON.parse(readFileSync(new URL(`./events/${name}.json`, import.meta.url), "utf8"));

/** An event as AWS documents it. */
export const notification = () => read("s3-notification");
export const eventBridge = () => read("eventbridge");
export const testEvent = () => read("s3-test-event");
export const topicEvent = () => read("sns-to-lambda");

/** What an event is about. */
export interface Subject {
  readonly bucket?: string;
  readonly key: string;
  readonly sequencer?: string;
}

/** A notification of S3 about this object. */
export function notificationOf({ bucket = "artguard-images-raw-test", key, sequencer = "0A" }: Subject) {
  const event = notification();
  event.Records[0].s3.bucket.name = bucket;
  const encoded = encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/");
  Object.assign(event.Records[0].s3.object, { key: encoded, sequencer });
  return event;
}

/** An event of EventBridge about this object. */
export function eventBridgeOf({ bucket = "artguard-images-raw-test", key, sequencer = "0A" }: Subject) {
  const event = eventBridge();
  event.detail.bucket.name = bucket;
  Object.assign(event.detail.object, { key, sequencer });
  return event;
}

/** A message as SNS puts it into a queue. */
export const throughTopic = (event: unknown) => ({ Type: "Notification", Message: JSON.stringify(event) });

/** A batch of SQS with these messages. */
export function batchOf(messages: readonly { readonly id: string; readonly body: string }[], queue = "artguard-work") {
  const [record] = read("sqs-batch").Records;
  return {
    Records: messages.map(({ id, body }) => ({
      ...record,
      messageId: id,
      body,
      eventSourceARN: `arn:aws:sqs:ca-central-1:111122223333:${queue}`,
    })),
  };
}

/** The context of a call with much time left. */
export const unhurried = { getRemainingTimeInMillis: () => 900_000 };
