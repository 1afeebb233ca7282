import { setTimeout as sleep } from "node:timers/promises";
import type { Detector } from "@artguard/core";

/** A cue that sees nothing, after a while; it heeds its signal. */
export function slowDetector(ms: number): Detector {
  return {
    id: "slow",
    version: "1.0.0",
    family: "noise",
    detect: async (_image, { signal }) => {
      await sleep(ms, undefined, { signal });
      return { applicable: false, reason: "It only takes its time." };
    },
  };
}

/** A picture of two pixels. */
export const picture = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR4nGM4ESXHFSUHAAfhAcMZ4xP9AAAAAElFTkSuQmCC",
  "base64",
);
