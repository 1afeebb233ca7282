import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

it.skipIf(process.platform !== "linux")("peakResidentBytes leaves out the memory of a large parent", () => {
  const parent = Buffer.alloc(300e6, 1);
  const program = `
    import { peakResidentBytes } from "@artguard/core/image";
    console.log(JSON.stringify([peakResidentBytes(), process.resourceUsage().maxRSS * 1024]));`;
  const args = ["--conditions=artguard-source", "--disable-warning=ExperimentalWarning", "--input-type=module", "-e"];
  const output = execFileSync(process.execPath, [...args, program], { encoding: "utf8", cwd: import.meta.dirname });
  const [own, counted] = JSON.parse(output) as [number, number];
  expect(counted).toBeGreaterThan(parent.length);
  expect(own).toBeGreaterThan(20e6);
  expect(own).toBeLessThan(200e6);
});
