import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** What must never be in an answer. */
export const canary = "canary-6f1d2c9e-of-what-lies-outside";

/** A folder that a program may use, one beside it that it may not, and a server that nobody may ask. */
export async function hostilePlace() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "artguard-hostile-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const [inside, outside] = [join(root, "inside"), join(root, "outside")];
  for (const folder of [inside, outside]) mkdirSync(folder);
  for (const name of ["canary.txt", "canary.jpg", "canary.xml", "canary.md"])
    writeFileSync(join(outside, name), canary);
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end(canary);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { inside, outside, asked, port };
}

/** One of {@link hostilePlace}. */
export type HostilePlace = Awaited<ReturnType<typeof hostilePlace>>;
