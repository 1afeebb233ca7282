import { type CreatedObject, latestOf, MemoryObjectStore, type TrainingContext, TrainingIntake } from "@artguard/core";
import { InProcessExaminer, resolveLimits } from "@artguard/core/image";
import { beforeAll, describe, expect, it } from "vitest";
import { encoded, gradient } from "../fixtures/synthetic-images.ts";

class Bucket extends MemoryObjectStore {
  readonly #name: string;
  constructor(name: string) {
    super();
    this.#name = name;
  }
  override uri(key: string): string {
    return `s3://${this.#name}/${key}`;
  }
}

let picture: Uint8Array;
beforeAll(async () => {
  picture = await encoded(gradient(30, 20).png());
});

const key = "training/authentic_v1/a.png";
const objectAt = (bucket: string): CreatedObject => ({ uri: `s3://${bucket}/${key}`, key });

function context(): TrainingContext {
  const examiner = new InProcessExaminer();
  return {
    raw: new Bucket("raw"),
    processed: new Bucket("processed"),
    examiner,
    limits: resolveLimits({}),
    deadlineMs: 20_000,
  };
}

describe("TrainingIntake", () => {
  it("makes the copy of what is there now, however often it is told", async () => {
    const training = context();
    const intake = new TrainingIntake(training);
    const { sha256 } = await training.raw.put(key, picture);
    const copy = { source_key: key, source_sha256: sha256, key: `training/authentic_v1/${sha256}.jpg` };
    expect(await intake.take(objectAt("raw"))).toEqual({ ...copy, is_new: true });
    expect(await intake.take(objectAt("raw"))).toEqual({ ...copy, is_new: false });
  });

  it("has nothing to do for what is gone", async () => {
    expect(await new TrainingIntake(context()).take(objectAt("raw"))).toBeUndefined();
  });

  it("refuses stores in which a copy would be the next image, and objects of another store", async () => {
    const training = context();
    for (const processed of [training.raw, new Bucket("raw")])
      expect(() => new TrainingIntake({ ...training, processed })).toThrow(
        expect.objectContaining({ code: "training.same-store" }),
      );
    await training.processed.put(key, picture);
    await expect(new TrainingIntake(training).take(objectAt("processed"))).rejects.toMatchObject({
      code: "training.other-store",
    });
  });
});

describe("latestOf", () => {
  const at = (name: string, sequencer?: string): CreatedObject => ({
    uri: `s3://raw/${name}`,
    key: name,
    ...(sequencer !== undefined && { sequencer }),
  });

  it("keeps of each object the event with the highest sequencer, padded on the right", () => {
    expect(latestOf([at("a", "0A1"), at("b", "01"), at("a", "0A10"), at("a", "0A1F"), at("a", "0a02")])).toEqual([
      at("a", "0A1F"),
      at("b", "01"),
    ]);
  });

  it("takes events without a sequencer for the earliest", () => {
    expect(latestOf([at("a"), at("a", "01"), at("a")])).toEqual([at("a", "01")]);
  });
});
