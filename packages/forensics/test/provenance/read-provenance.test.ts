import { X509Certificate } from "node:crypto";
import { developmentData, type ManifestRow } from "@artguard/development-data";
import { readProvenance } from "@artguard/forensics";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { countConnections } from "./connections.ts";

const data = developmentData();
const rows = (sets: RegExp) => data?.rows.filter(({ set, expect }) => sets.test(set) && expect !== "") ?? [];
const named = (row: ManifestRow) => [row.path.replace(/^provenance\//, ""), row] as const;

/** What a row expects, up to the remark. */
function expected(row: ManifestRow): string {
  return row.expect.split(";")[0]!.trim();
}

/** The report in the words of the manifest's column. */
async function verdictOf(row: ManifestRow): Promise<string> {
  const { content_credentials: c2pa } = await readProvenance(data!.read(row));
  if (c2pa.integrity === "intact") {
    if (c2pa.signer === "expired") return "expired";
    return c2pa.bad_ingredient ? "valid-with-bad-ingredient" : "valid";
  }
  const words = {
    absent: "none",
    "remote-only": "remote-manifest",
    malformed: "malformed-manifest",
    unsupported: "unsupported-algorithm",
  };
  return c2pa.integrity === "tampered" ? "tampered" : words[c2pa.integrity];
}

/** Certificates stand in a manifest as plain DER. */
function certificatesIn(bytes: Uint8Array): X509Certificate[] {
  const file = Buffer.from(bytes);
  const found: X509Certificate[] = [];
  for (let at = file.indexOf("3082", 0, "hex"); at >= 0; at = file.indexOf("3082", at + 1, "hex")) {
    const end = at + 4 + file.readUInt16BE(at + 2);
    try {
      found.push(new X509Certificate(file.subarray(at, end)));
    } catch {
      // Another structure that begins alike.
    }
  }
  return found;
}

describe.skipIf(!data)("readProvenance on development files", () => {
  let connections: ReturnType<typeof countConnections>;
  beforeAll(() => {
    // Whether a certificate has expired depends on the clock.
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-06-01T00:00:00Z") });
    connections = countConnections();
  });
  afterAll(() => {
    connections.restore();
    vi.useRealTimers();
  });

  it.each(rows(/^(?:c2pa-public-testfiles|c2pa-rs|real-world-c2pa)$/).map(named))(
    "tells integrity and signer of %s apart",
    async (_, row) => {
      const verdict = await verdictOf(row);
      const oneClass = ["none", "remote-manifest"];
      if (oneClass.includes(expected(row))) expect(oneClass).toContain(verdict);
      else expect(verdict).toBe(expected(row));
    },
  );

  it.each(rows(/^c2pa-rs-identity$/).map(named))(
    "reports the identity assertion of %s apart from the image",
    async (_, row) => {
      const { content_credentials } = await readProvenance(data!.read(row));
      expect(content_credentials.integrity).toBe("intact");
      if (expected(row) === "valid") expect(content_credentials.identity_failures).toEqual([]);
      if (expected(row) === "invalid-identity") expect(content_credentials.identity_failures).not.toEqual([]);
    },
  );

  it("never calls a valid, expired or untrusted file tampered", async () => {
    const untouched = rows(/c2pa/).filter((row) => /^(?:valid|expired|untrusted|invalid-identity)/.test(expected(row)));
    expect(untouched.length).toBeGreaterThan(30);
    for (const row of untouched) {
      const { content_credentials } = await readProvenance(data!.read(row));
      expect([row.path, content_credentials.integrity]).toEqual([row.path, "intact"]);
    }
  });

  it.each(rows(/^(?:sd-parsers|generator-metadata)$/).map(named))(
    "names the generator of %s, or none",
    async (_, row) => {
      const { generator } = await readProvenance(data!.read(row));
      expect(generator?.name ?? "none").toBe(expected(row).split(" (")[0]);
    },
  );

  it("trusts a signer whose authority is on the trust list, and only then", async () => {
    const row = rows(/^c2pa-rs$/).find(({ path }) => path.endsWith("/C.jpg"))!;
    const bytes = data!.read(row);
    const signer = async (trustAnchors?: string) =>
      (await readProvenance(bytes, trustAnchors === undefined ? {} : { trustAnchors })).content_credentials.signer;
    const authorities = certificatesIn(bytes).filter(({ ca }) => ca);
    expect(await signer()).toBe("untrusted");
    expect(await signer(authorities.map(String).join("\n"))).toBe("trusted");
    expect(await signer(authorities.at(-1)!.toString())).toBe("untrusted");
  });

  it("opens no connection for all of these, and would notice one", async () => {
    expect(connections.count()).toBe(0);
    await fetch("http://127.0.0.1:9/").catch(() => {});
    expect(connections.count()).toBeGreaterThan(0);
  });

  it("ends in a report for every hostile file, and still reads the next good one", async () => {
    const hostile = data!.rows.filter(({ task }) => task === "hostile");
    expect(hostile.length).toBeGreaterThan(50);
    for (const row of hostile) {
      const bytes = data!.read(row);
      if (bytes.length === 0) continue;
      expect([row.path, typeof (await readProvenance(bytes)).content_credentials.integrity]).toEqual([
        row.path,
        "string",
      ]);
    }
    const good = rows(/^c2pa-rs$/).find((row) => expected(row) === "valid")!;
    expect(await verdictOf(good)).toBe("valid");
  });
});
