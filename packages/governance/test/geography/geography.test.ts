import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AuditEvent,
  type AuditLog,
  checkGeographyDatabase,
  type GeographyOptions,
  openGeography,
  type PlaceRule,
  type SecurityContext,
} from "@artguard/governance";
import { describe, expect, it, onTestFinished } from "vitest";
import { contextOf } from "../fixtures/contexts.ts";
import { openedStore, storeKinds, testClock } from "../fixtures/stores.ts";
import { agreeingCustodians } from "../identity/custodians.ts";
import { refusalOf } from "../identity/world.ts";
import { type TestDatabase, writeMmdb } from "./write-mmdb.ts";

const refused = (code: string) => expect.objectContaining({ code });
const day = 86_400_000;
/** Networks of the documentation alone: where they really are, is nowhere. */
const countries = { "192.0.2.0/24": "CR", "198.51.100.0/24": "CA", "2001:db8:506::/48": "CR" };
const [inCR, inCA, nowhere] = ["192.0.2.77", "198.51.100.77", "203.0.113.77"];
const onlyCR: PlaceRule = {
  countries: ["CR"],
  unknown_country: "refuse",
  stale_database: "refuse",
  missing_database: "refuse",
};

function databaseFile() {
  const folder = mkdtempSync(join(tmpdir(), "artguard-geography-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "country.mmdb");
  return { path, write: (database: TestDatabase) => writeFileSync(path, writeMmdb(database)) };
}

function recordingAudit() {
  const events: AuditEvent[] = [];
  const note = async (_: SecurityContext, event: AuditEvent) => {
    events.push(event);
  };
  const log: AuditLog = {
    logSecurityEvent: note,
    logDataAccess: note,
    logQueryExecution: note,
    logSystemEvent: note,
    logCustodianApproval: note,
  };
  return { events, log };
}

async function opened(options: Partial<GeographyOptions> = {}, make = storeKinds[0]![1]) {
  const clock = testClock();
  const tables = await openedStore(make, clock.now);
  const file = databaseFile();
  file.write({ countries, builtAt: clock.ms - day });
  const audit = recordingAudit();
  const custodians = agreeingCustodians();
  const geography = await openGeography({
    tables,
    trustedProxies: 1,
    database: { path: file.path },
    audit: audit.log,
    approvals: custodians.gate,
    now: clock.now,
    ...options,
  });
  const contextAt = async (forwardedFor: string, organizations = ["museo"]) =>
    contextOf("ada", {
      ...(await geography.locate({ forwardedFor })),
      organizations: organizations.map((organizationId) => ({ organizationId, roles: [] })),
    });
  const admit = async (forwardedFor: string, organizations?: string[]) =>
    geography.admit(await contextAt(forwardedFor, organizations));
  return { geography, tables, clock, file, audit, custodians, contextAt, admit };
}

describe.each(storeKinds)("geography in %s", (_, make) => {
  it("restricts nobody until an organisation says so, and then its members alone", async () => {
    const { geography, admit } = await opened({}, make);
    await expect(admit(inCA)).resolves.toBeUndefined();
    await geography.changeRule(contextOf("admin"), "museo", onlyCR);
    await expect(admit(inCR)).resolves.toBeUndefined();
    await expect(admit("2001:db8:506::1")).resolves.toBeUndefined();
    await expect(admit(inCA)).rejects.toThrow(refused("geography.restricted"));
    await expect(admit(inCA, ["galeria"])).resolves.toBeUndefined();
    await expect(admit(inCA, [])).resolves.toBeUndefined();
    await expect(admit(inCA, ["galeria", "museo"])).rejects.toThrow(refused("geography.restricted"));
    await geography.changeRule(contextOf("admin"), "museo", null);
    await expect(admit(inCA)).resolves.toBeUndefined();
    expect(await geography.rule("museo")).toBeUndefined();
  });

  it("admits the networks that custodians agreed to, and changes them in no other way", async () => {
    const { geography, admit } = await opened({}, make);
    await geography.changeRule(contextOf("admin"), "museo", onlyCR);
    const change = { organizationId: "museo", networks: ["198.51.100.64/26", "2001:DB8:aaaa::/48"] };
    const asked = await refusalOf(geography.changeNetworks(contextOf("admin"), change));
    expect(asked).toMatchObject({ code: "geography.approval-required", details: { approval_id: "approval-1" } });
    await expect(admit(inCA)).rejects.toThrow(refused("geography.restricted"));
    const wider = { ...change, networks: ["198.51.0.0/16"] };
    await expect(geography.changeNetworks(contextOf("admin"), wider, "approval-1")).rejects.toThrow("not for this");
    await geography.changeNetworks(contextOf("admin"), change, "approval-1");
    expect(await geography.networks("museo")).toEqual(["198.51.100.64/26", "2001:db8:aaaa::/48"]);
    await expect(admit(inCA)).resolves.toBeUndefined();
    await expect(admit("198.51.100.1")).rejects.toThrow(refused("geography.restricted"));
    await expect(admit("2001:db8:aaaa::9")).resolves.toBeUndefined();
    await expect(geography.changeNetworks(contextOf("admin"), change, "approval-1")).rejects.toThrow("not for this");
  });

  it("makes no change that was asked for of another list", async () => {
    const { geography } = await opened({}, make);
    const ask = async (networks: string[]) => {
      const { details } = await refusalOf(
        geography.changeNetworks(contextOf("admin"), { organizationId: "museo", networks }),
      );
      return String((details as { approval_id: string }).approval_id);
    };
    const [first, second] = [await ask(["192.0.2.0/24"]), await ask(["198.51.100.0/24"])];
    const change = (network: string, approval: string) =>
      geography.changeNetworks(contextOf("admin"), { organizationId: "museo", networks: [network] }, approval);
    await change("192.0.2.0/24", first);
    await expect(change("198.51.100.0/24", second)).rejects.toThrow("not for this");
    expect(await geography.networks("museo")).toEqual(["192.0.2.0/24"]);
  });
});

describe("geography", () => {
  it("says in a refusal from where and by data of which day, and writes it down", async () => {
    const { geography, admit, audit } = await opened();
    await geography.changeRule(contextOf("admin"), "museo", onlyCR);
    const error = await refusalOf(admit(inCA));
    const details = { reason: "other-country", country: "CA", database_date: "2026-11-28" };
    expect(error).toMatchObject({ code: "geography.restricted", details });
    await admit(inCR);
    expect(audit.events).toEqual([
      {
        type: "geography.refused",
        operation: "geography.admit",
        outcome: "refused",
        severity: "warning",
        resource: { kind: "organization", id: "museo" },
        details,
      },
    ]);
  });

  it.each<[string, Partial<PlaceRule>, string, string | undefined]>([
    ["an unknown country", {}, nowhere, "unknown-country"],
    ["an unknown country", { unknown_country: "admit" }, nowhere, undefined],
    ["an unknown address", {}, "not an address", "unknown-country"],
    ["an unknown address", { unknown_country: "admit" }, "not an address", undefined],
  ])("treats %s as the rule %j says", async (_, changed, address, reason) => {
    const { geography, admit, audit } = await opened();
    await geography.changeRule(contextOf("admin"), "museo", { ...onlyCR, ...changed });
    if (reason === undefined) {
      await expect(admit(address)).resolves.toBeUndefined();
      expect(audit.events).toMatchObject([{ type: "geography.admitted-by-default", outcome: "success" }]);
    } else {
      expect((await refusalOf(admit(address))).details).toMatchObject({ reason });
    }
  });

  it("uses stale data only where the rule says so, and says that they are", async () => {
    const { geography, admit, clock } = await opened();
    await geography.changeRule(contextOf("admin"), "museo", onlyCR);
    clock.ms += 44 * day;
    await expect(admit(inCR)).resolves.toBeUndefined();
    clock.ms += 1;
    const details = { reason: "stale-database", database_date: "2026-11-28" };
    expect((await refusalOf(admit(inCR))).details).toMatchObject(details);
    await geography.changeRule(contextOf("admin"), "museo", { ...onlyCR, stale_database: "use" });
    await expect(admit(inCR)).resolves.toBeUndefined();
    await expect(admit(inCA)).rejects.toThrow(refused("geography.restricted"));
  });

  it("notices within a minute that the file is gone, damaged, or back", async () => {
    const { geography, admit, clock, file } = await opened();
    await geography.changeRule(contextOf("admin"), "museo", onlyCR);
    await admit(inCR);
    rmSync(file.path);
    clock.ms += 60_000;
    expect((await refusalOf(admit(inCR))).details).toMatchObject({ reason: "missing-database" });
    writeFileSync(file.path, "no database");
    clock.ms += 60_000;
    expect((await refusalOf(admit(inCR))).details).toMatchObject({ reason: "missing-database" });
    await geography.changeRule(contextOf("admin"), "museo", { ...onlyCR, missing_database: "admit" });
    await expect(admit(inCA)).resolves.toBeUndefined();
    file.write({ countries: { "198.51.100.0/24": "CR" }, builtAt: clock.ms });
    clock.ms += 60_000;
    await expect(admit(inCA)).resolves.toBeUndefined();
    await expect(admit(inCR)).rejects.toThrow(refused("geography.restricted"));
  });

  it("knows no country without a database, and no place of this machine's operator", async () => {
    const clock = testClock();
    const tables = await openedStore(storeKinds[0]![1], clock.now);
    const geography = await openGeography({ tables, trustedProxies: 1 });
    expect(await geography.locate({ forwardedFor: inCR })).toEqual({ clientAddress: inCR });
    expect(await geography.locate({ forwardedFor: "nonsense" })).toEqual({});
    await geography.changeRule(contextOf("admin"), "museo", onlyCR);
    const organizations = [{ organizationId: "museo", roles: [] }];
    await expect(geography.admit(contextOf("ada", { organizations, clientAddress: inCR }))).rejects.toThrow(
      refused("geography.restricted"),
    );
    const local = contextOf("local", { principal: { kind: "local", id: "local" }, organizations });
    await expect(geography.admit(local)).resolves.toBeUndefined();
    await expect(openGeography({ tables, trustedProxies: -1 })).rejects.toThrow(refused("geography.invalid-input"));
  });

  it("finds country and address behind the proxies, not what the client claims", async () => {
    const { geography } = await opened();
    expect(await geography.locate({ remoteAddress: "10.0.0.1", forwardedFor: `${inCR}, ${inCA}` })).toEqual({
      clientAddress: inCA,
      country: "CA",
    });
  });

  it.each([
    "192.0.2.0",
    "192.0.2.1/24",
    "192.0.2.0/33",
    "0.0.0.0/0",
    "192.0.2.0/7",
    "::/0",
    "2001:db8::1/64",
    "::ffff:192.0.2.0/120",
    "010.0.0.0/8",
    "192.0.2.0/24 ",
    "everywhere",
  ])("takes no network %j", async (network) => {
    const { geography } = await opened();
    await expect(
      geography.changeNetworks(contextOf("admin"), { organizationId: "museo", networks: [network] }),
    ).rejects.toThrow(refused("geography.invalid-input"));
  });

  it("takes no rule of a wrong form", async () => {
    const { geography } = await opened();
    for (const changed of [{ countries: ["Costa Rica"] }, { unknown_country: "maybe" as "admit" }]) {
      await expect(geography.changeRule(contextOf("admin"), "museo", { ...onlyCR, ...changed })).rejects.toThrow(
        refused("geography.invalid-input"),
      );
    }
  });
});

describe("checkGeographyDatabase", () => {
  const { ms, now } = testClock();

  it("tells what a good database is of, and its age", async () => {
    const file = databaseFile();
    file.write({ countries, builtAt: ms - 3 * day });
    const rows = await checkGeographyDatabase(file.path, { now });
    expect(rows.map(({ what, status }) => [what, status])).toEqual([
      ["file", "ok"],
      ["age", "ok"],
    ]);
    expect(rows[1]!.message).toBe("built on 2026-11-26, 3 days ago");
  });

  it("tells what is wrong with another one, and how to mend it", async () => {
    const file = databaseFile();
    file.write({ countries, builtAt: ms - 46 * day, databaseType: "Test-ASN" });
    const rows = await checkGeographyDatabase(file.path, { now });
    expect(rows.map(({ status, fix }) => [status, fix !== undefined])).toEqual([
      ["problem", true],
      ["problem", true],
    ]);
    const missing = await checkGeographyDatabase(`${file.path}.missing`, { now });
    expect(missing.map(({ status }) => status)).toEqual(["problem", "problem"]);
  });
});
