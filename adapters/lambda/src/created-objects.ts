import { ArtGuardError, type CreatedObject } from "@artguard/core";
import { z } from "zod";

/** Amazon EventBridge: one object; its key is verbatim. */
const eventBridgeSchema = z.object({
  source: z.literal("aws.s3"),
  "detail-type": z.string(),
  detail: z.object({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({ key: z.string().min(1), sequencer: z.string().optional() }),
  }),
});

/** A notification of S3: records; their keys are encoded as in a form. */
const notificationSchema = z.object({
  Records: z.array(
    z.object({
      eventSource: z.literal("aws:s3"),
      eventName: z.string(),
      s3: z.object({
        bucket: z.object({ name: z.string().min(1) }),
        object: z.object({ key: z.string().min(1), sequencer: z.string().optional() }),
      }),
    }),
  ),
});

/** What S3 sends when notifications are configured. */
const testEventSchema = z.object({ Event: z.literal("s3:TestEvent") });

/** What SNS makes of a message for a queue. */
const topicSchema = z.object({ Type: z.literal("Notification"), Message: z.string() });

/** What SNS calls a function with. */
const topicEventSchema = z.object({
  Records: z.array(z.object({ EventSource: z.literal("aws:sns"), Sns: z.object({ Message: z.string() }) })),
});

const eventSchema = z.union([eventBridgeSchema, notificationSchema, testEventSchema, topicSchema, topicEventSchema]);

/**
 * The objects that an event says were created: an event of EventBridge or a notification of S3, as such or through SNS.
 * None for other kinds of events about objects, and for the test event of S3.
 *
 * @throws ArtGuardError `lambda.malformed-event`
 */
export function createdObjects(input: unknown): CreatedObject[] {
  const { data: event, error } = eventSchema.safeParse(input);
  if (!event) throw malformed(error);
  if ("Event" in event) return [];
  if ("Message" in event) return createdObjects(parseJson(event.Message));
  if ("detail" in event) {
    const { bucket, object } = event.detail;
    return event["detail-type"] === "Object Created" ? [created(bucket.name, object.key, object.sequencer)] : [];
  }
  return event.Records.flatMap((record) => {
    if ("Sns" in record) return createdObjects(parseJson(record.Sns.Message));
    const { bucket, object } = record.s3;
    if (!record.eventName.startsWith("ObjectCreated:")) return [];
    return [created(bucket.name, decoded(object.key), object.sequencer)];
  });
}

/** @throws ArtGuardError `lambda.malformed-event` */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(error);
  }
}

function created(bucket: string, key: string, sequencer: string | undefined): CreatedObject {
  return { uri: `s3://${bucket}/${key}`, key, ...(sequencer !== undefined && { sequencer }) };
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch (error) {
    throw malformed(error);
  }
}

function malformed(cause: unknown): ArtGuardError {
  return new ArtGuardError("lambda.malformed-event", "the event is neither of S3 nor of EventBridge", { cause });
}
