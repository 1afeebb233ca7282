import { z } from "zod";
import { epochMillisecondsSchema } from "./time.ts";

const pixels = z.number().int().positive();

/** A remote detector whose answer was late, and how it is got and read. */
export const unfinishedSchema = z.object({
  /** The remote detector's id. */
  detector: z.string(),
  /** What the remote detector gave to get its answer with; no secret. */
  handle: z.json(),
  /** Epoch milliseconds until which the answer is asked for. */
  until: epochMillisecondsSchema,
  /** Pixels of the copy that was sent. */
  copy: z.object({ width: pixels, height: pixels }),
  /** Stored pixels of the image, and its EXIF orientation. */
  stored: z.object({ width: pixels, height: pixels, orientation: z.literal([1, 2, 3, 4, 5, 6, 7, 8]) }),
});
/** See {@link unfinishedSchema}. */
export type UnfinishedDetection = z.infer<typeof unfinishedSchema>;

/** Milliseconds for which an accepted job may be asked for its answer. */
export const longestWaitMs = 86_400_000;
