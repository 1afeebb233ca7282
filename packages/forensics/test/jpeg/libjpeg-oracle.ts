import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One component as libjpeg read it. */
interface OraclePlane {
  blocksPerRow: number;
  blocksPerColumn: number;
  quantization: Uint16Array;
  coefficients: Int16Array;
}

/** Reads the coefficients of a file with libjpeg; null when libjpeg warned or refused it. */
export type Oracle = (path: string) => OraclePlane[] | null;

/**
 * Builds the reference reader from libjpeg's headers, or says why it cannot and returns undefined.
 *
 * @throws Error when it cannot although `CI=true`.
 */
export function buildOracle(): Oracle | undefined {
  const program = join(mkdtempSync(join(tmpdir(), "artguard-oracle-")), "libjpeg-oracle");
  const source = join(import.meta.dirname, "libjpeg-oracle.c");
  const build = spawnSync("cc", ["-O2", "-o", program, source, "-ljpeg"], { encoding: "utf8" });
  if (build.status !== 0 || !existsSync(program)) {
    const reason = `libjpeg reference not built: ${build.error?.message ?? build.stderr.split("\n")[0]}`;
    if (process.env["CI"] === "true") throw new Error(reason);
    process.stderr.write(`SKIPPED ${reason}\n`);
    return undefined;
  }
  return (path) => parse(spawnSync(program, [path], { maxBuffer: 2 ** 30 }).stdout);
}

function parse(output: Buffer): OraclePlane[] | null {
  const bytes = new Uint8Array(output);
  let at = 0;
  const int32 = () => {
    at += 4;
    return new DataView(bytes.buffer).getInt32(at - 4, true);
  };
  if (bytes.length < 8 || int32() !== 0) return null;
  const components = int32();
  return Array.from({ length: components }, () => {
    const [blocksPerRow, blocksPerColumn] = [int32(), int32()];
    const quantization = new Uint16Array(bytes.slice(at, at + 128).buffer);
    at += 128;
    const size = blocksPerRow * blocksPerColumn * 128;
    const coefficients = new Int16Array(bytes.slice(at, at + size).buffer);
    at += size;
    return { blocksPerRow, blocksPerColumn, quantization, coefficients };
  });
}
