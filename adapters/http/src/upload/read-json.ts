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
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (cause) {
    throw new ArtGuardError("http.invalid-body", "the body is not JSON", { cause });
  }
}
