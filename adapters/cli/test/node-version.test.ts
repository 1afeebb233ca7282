import { expect, it } from "vitest";
import { assertNodeVersion } from "../src/node-version.ts";
import { UsageError } from "../src/usage-error.ts";

it.each(["22.18.0", "22.20.1", "24.0.0"])("takes Node %s", (version) => {
  expect(() => assertNodeVersion(version, ">=22.18")).not.toThrow();
});

it.each(["20.20.2", "22.17.9", "18.0.0"])("refuses Node %s and names what it needs", (version) => {
  expect(() => assertNodeVersion(version, ">=22.18")).toThrow(UsageError);
  expect(() => assertNodeVersion(version, ">=22.18")).toThrow(`needs Node 22.18 or newer; this is ${version}`);
});
