import { ArtGuardError } from "../errors/artguard-error.ts";

/** Longest part of an error's text that is worth repeating. */
const errorTextBytes = 1024;

/**
 * The whole body as text, never holding more than `maximumBytes` of it, counted after decompression.
 *
 * @throws ArtGuardError `modal.response-too-large`; the rest is not read.
 */
export async function readBody(response: Response, maximumBytes: number): Promise<string> {
  const { text, complete } = await readUpTo(response, maximumBytes);
  if (!complete) throw tooLarge(maximumBytes);
  return text;
}

/**
 * The beginning of an error's text on one line, fit for a message that is stored and shown.
 *
 * @param secrets Are not repeated: pages for developers show the headers of the request.
 */
export async function readErrorText(response: Response, secrets: readonly string[]): Promise<string> {
  const { text } = await readUpTo(response, errorTextBytes);
  const discreet = secrets.reduce((rest, secret) => rest.replaceAll(secret, "…"), text);
  return discreet
    .replace(/\p{C}+|\s+/gu, " ")
    .trim()
    .slice(0, 200)
    .toWellFormed();
}

/** Ends the transfer of a body that nobody reads. */
export async function dropBody(response: Response): Promise<void> {
  // A connection that is already broken has nothing left to end.
  await response.body?.cancel().catch(() => undefined);
}

async function readUpTo(response: Response, maximumBytes: number): Promise<{ text: string; complete: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop early cancels the body.
  for await (const chunk of response.body ?? []) {
    const room = maximumBytes - bytes;
    chunks.push(chunk.subarray(0, room));
    bytes += chunk.length;
    if (chunk.length > room) return { text: textOf(chunks), complete: false };
  }
  return { text: textOf(chunks), complete: true };
}

function textOf(chunks: readonly Uint8Array[]): string {
  return Buffer.concat(chunks).toString("utf8");
}

function tooLarge(maximumBytes: number): ArtGuardError {
  return new ArtGuardError("modal.response-too-large", `the answer has more than ${maximumBytes} bytes`, {
    details: { maximum_bytes: maximumBytes },
  });
}
