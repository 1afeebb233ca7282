import { ArtGuardError } from "@artguard/core";
import { type BodyLimits, limitedChunks } from "./limited-chunks.ts";

/** Reads a body of JSON; none is undefined. @throws ArtGuardError `http.invalid-body`, `http.unsupported-media-type`, `http.body-too-large` */
export async function readJson(request: Request, limits: BodyLimits): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of limitedChunks(request, limits)) chunks.push(chunk);
  if (chunks.length === 0) return undefined;
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
    throw new ArtGuardError("http.unsupported-media-type", "expected a body of application/json");
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)), wellFormed);
  } catch (cause) {
    throw new ArtGuardError("http.invalid-body", "the body is not JSON", { cause });
  }
}

/** Half of a character (`"\ud800"`) is JSON but no text: nothing that keeps or signs text takes it (RFC 7493, 2.1). */
function wellFormed(name: string, value: unknown): unknown {
  if (name.isWellFormed() && (typeof value !== "string" || value.isWellFormed())) return value;
  throw new SyntaxError("a text holds half of a character");
}
