import type { Observed } from "./observe.ts";

/**
 * Sets that share pictures, cameras, artists or makers count as one source: leaving a source out leaves out all that
 * could be known of it. Forgeries made by the benchmark come from photographs of kodak24 and UCID.
 */
const sourceOfSet: Readonly<Record<string, string>> = {
  casia1: "casia",
  casia2: "casia",
  kodak24: "clean photographs",
  ucid: "clean photographs",
  synthetic: "clean photographs",
  "paintings-masters": "paintings",
  "paintings-nga": "paintings",
  "paintings-styles": "paintings",
  "supagruen-tiles": "stable-diffusion",
  "generator-metadata": "stable-diffusion",
};

/** The source that an image is left out with. */
export function sourceOf({ set }: Pick<Observed, "set">): string {
  return sourceOfSet[set] ?? set;
}
