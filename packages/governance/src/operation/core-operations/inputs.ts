import { z } from "zod";

/** Id of an analysis. */
export const requestId = z.string().min(1).max(128);
/** Whose: default the caller's own. */
export const userId = z.string().min(1).max(256).exactOptional();
/** A part of a list. */
export const page = {
  cursor: z.string().max(16_384).exactOptional(),
  /** 1–1000. */
  limit: z.number().int().min(1).max(1000).exactOptional(),
};
