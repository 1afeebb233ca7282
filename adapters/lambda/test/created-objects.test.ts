import { describe, expect, it } from "vitest";
import { createdObjects } from "../src/created-objects.ts";
import { eventBridge, notification, testEvent, throughTopic, topicEvent } from "./events.ts";

const key = "training/authentic_v1/a b+c% é.jpg";
const object = { uri: `s3://artguard-images-raw-test/${key}`, key, sequencer: "0055AED6DCD90281E5" };
const malformed = expect.objectContaining({ code: "lambda.malformed-event" });

describe("createdObjects", () => {
  it("decodes keys of notifications as forms do, and leaves keys of EventBridge alone", () => {
    expect(createdObjects(notification())).toEqual([object]);
    expect(createdObjects(eventBridge())).toEqual([object]);
  });

  it("reads both through SNS, in a queue and as a call", () => {
    expect(createdObjects(throughTopic(notification()))).toEqual([object]);
    const event = topicEvent();
    event.Records[0].Sns.Message = JSON.stringify(eventBridge());
    expect(createdObjects(event)).toEqual([object]);
  });

  it("has nothing to do for the test event of S3 and for objects that were deleted or tagged", () => {
    expect(createdObjects(testEvent())).toEqual([]);
    const [removed, deleted] = [notification(), eventBridge()];
    removed.Records[0].eventName = "ObjectRemoved:Delete";
    deleted["detail-type"] = "Object Deleted";
    expect([...createdObjects(removed), ...createdObjects(deleted)]).toEqual([]);
  });

  it("refuses what is no such event", () => {
    const undecodable = notification();
    undecodable.Records[0].s3.object.key = "training/authentic_v1/%ZZ.jpg";
    const nameless = eventBridge();
    delete nameless.detail.object.key;
    const foreign = { ...eventBridge(), source: "aws.ec2" };
    for (const event of [undecodable, nameless, foreign, throughTopic(1), {}, null, "text", { Records: [{}] }])
      expect(() => createdObjects(event)).toThrow(malformed);
  });
});
