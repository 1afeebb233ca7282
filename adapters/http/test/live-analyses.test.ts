import type { CompletedAnalysis, ImageInfo, ProgressEvent } from "@artguard/core";
import type { Outcome } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { LiveAnalyses, type LiveOptions } from "../src/live/live-analyses.ts";

const cells = 100;
const detection = {
  id: "half",
  family: "noise",
  version: "1",
  status: "ok",
  score: 50,
  log_likelihood_ratio: 0,
  regions: [],
  findings: [],
  elapsed_ms: 1,
  heatmap: { width: 10, height: 10, scale: 1, data: new Float32Array(cells) },
} as const;
const info = { width: 10, height: 10, orientation: 1 } as ImageInfo;

/** An analysis from its beginning to its end. */
async function analyse(lives: LiveAnalyses, request_id: string): Promise<void> {
  const analysis = { request_id, detections: [detection] } as unknown as CompletedAnalysis;
  const events: ProgressEvent[] = [
    { type: "created", request_id },
    { type: "inspected", info },
    { type: "completed", analysis },
  ];
  const { outcome } = lives.follow(async (onProgress) => {
    for (const event of events) onProgress(event);
    return { ok: true, output: analysis } as Outcome<unknown>;
  });
  await outcome;
}

function livesWith(options: Partial<LiveOptions>) {
  let time = 0;
  const lives = new LiveAnalyses({ now: () => time, ...options });
  const pass = (ms: number) => {
    time += ms;
  };
  return { lives, pass };
}

describe("what a process remembers of its analyses", () => {
  it("is forgotten after a while", async () => {
    const { lives, pass } = livesWith({ rememberMs: 1000 });
    await analyse(lives, "a1");
    pass(999);
    expect(lives.find("a1")?.events.length).toBe(3);
    pass(1);
    expect(lives.find("a1")).toBeUndefined();
  });

  it("is bounded: the oldest heat maps go first, the oldest analyses too", async () => {
    const bytes = 4 * cells;
    const { lives } = livesWith({ heatmapBytes: 2 * bytes, analyses: 3 });
    for (const id of ["a1", "a2", "a3"]) await analyse(lives, id);
    expect(["a1", "a2", "a3"].map((id) => lives.heatmapOf({ request_id: id }) !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
    expect(lives.find("a1")?.events.length).toBe(3);
    await analyse(lives, "a4");
    expect(lives.find("a1")).toBeUndefined();
    expect(lives.find("a2")).toBeDefined();
  });

  it("is not forgotten while it happens", async () => {
    const { lives, pass } = livesWith({ rememberMs: 1000, analyses: 1 });
    const end = Promise.withResolvers<Outcome<unknown>>();
    const { outcome } = lives.follow((onProgress) => {
      onProgress({ type: "created", request_id: "slow" });
      return end.promise;
    });
    await analyse(lives, "a1");
    pass(5000);
    expect(lives.find("slow")).toBeDefined();
    end.resolve({ ok: true, output: {} } as Outcome<unknown>);
    await outcome;
  });

  it("can be read by several at once, each from where it wants", async () => {
    const { lives } = livesWith({});
    await analyse(lives, "a1");
    const read = async (after?: string) => {
      const types: string[] = [];
      for await (const { type } of lives.find("a1")!.after(after)) types.push(type);
      return types;
    };
    expect(await Promise.all([read(), read("a1:1"), read("a1:3"), read("unknown")])).toEqual([
      ["created", "inspected", "completed"],
      ["inspected", "completed"],
      [],
      ["created", "inspected", "completed"],
    ]);
  });
});
