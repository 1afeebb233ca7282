import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isArtGuardError } from "@artguard/core";
import { folder } from "@artguard/core/filesystem";
import { describe, expect, it } from "vitest";
import { outputNames } from "../../src/output-names.ts";
import { hostilePlace } from "./place.ts";
import { hostileReferences } from "./references.ts";

describe("hostile names as keys of objects and as names of output files", () => {
  it("are refused, or name an object that is in the store", async () => {
    const place = await hostilePlace();
    const store = folder({ path: join(place.inside, "store") });
    const before = readdirSync(place.outside);
    let [kept, refused] = [0, 0];
    for (const key of hostileReferences(place)) {
      try {
        await store.put(key, new Uint8Array(1));
        expect(fileURLToPath(store.uri(key)).startsWith(`${place.inside}/store/objects/`)).toBe(true);
        expect((await store.get(key)).length).toBe(1);
        kept++;
      } catch (error) {
        if (!isArtGuardError(error, "storage.invalid-key")) throw error;
        refused++;
      }
    }
    console.log(`${kept} names are keys, ${refused} are refused`);
    expect(Math.min(kept, refused)).toBeGreaterThan(30);
    expect([readdirSync(place.outside), readdirSync(join(place.outside, "..")).sort()]).toEqual([
      before,
      ["inside", "outside"],
    ]);
    expect(readdirSync(place.inside)).toEqual(["store"]);
  });

  it("name output files in their folder, each its own", async () => {
    const names = outputNames(hostileReferences(await hostilePlace()), "png");
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    for (const name of names) expect(join("/out", name).startsWith("/out/") && !name.includes("/"), name).toBe(true);
  });
});
