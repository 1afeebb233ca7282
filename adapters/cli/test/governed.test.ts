import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { epochMillisecondsSchema } from "@artguard/core";
import { folder as objectFolder } from "@artguard/core/filesystem";
import { forensicDetectors } from "@artguard/forensics";
import { createSecurityContext, openFolderPlace, openGovernance } from "@artguard/governance";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.ts";

const root = mkdtempSync(join(tmpdir(), "artguard-governed-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const store = join(root, "store");
const image = fileURLToPath(new URL("../../../examples/images/spliced.jpg", import.meta.url));
const page = join(root, "page.html");
const run = (...args: string[]) => runCli([...args, "--folder", store]);
const json = async (...args: string[]) => JSON.parse((await run(...args, "--json")).stdout);

/** The installation as a server has it open. */
async function opened<Result>(ask: (governance: Awaited<ReturnType<typeof openGovernance>>) => Promise<Result>) {
  const detectors = forensicDetectors().filter(({ id }) => id === "double-quantization");
  await using place = await openFolderPlace(store);
  await using governance = await openGovernance({ ...place, detectors, identity: { development: {} } });
  return await ask(governance);
}

/** An image that ada keeps over the installation, and whose analysis she shares with bob. */
let kept = "";
beforeAll(async () => {
  for (const id of ["ada", "bob"]) await run("users", "create", "--email", `${id}@museum.example`, "--id", id);
  kept = await opened(async ({ artguard, access }) => {
    const granted_at = epochMillisecondsSchema.parse(Date.now());
    const consent = { purpose: "image_storage", policy_version: "1", granted_at } as const;
    const options = { userId: "ada", filename: "spliced.jpg", saveImage: true, consent };
    const { request_id: id } = await artguard.analyze(readFileSync(image), options);
    const grant = { grantee: { kind: "user", id: "bob" }, permission: "analysis.read" } as const;
    await access.grantPermission({ ...grant, resource: { kind: "analysis", id } }, "ada");
    return id;
  });
});
const grantsOn = (id: string) => opened(({ access }) => access.grantsOn({ kind: "analysis", id }, {}));
const auditedOf = (user: string) =>
  opened(async ({ audit }) => JSON.stringify((await audit.query({ user, limit: 100 })).items));

describe("on a folder of artguard serve, the command line", () => {
  it("reads images through the keys of the folder, and what it kept itself as it is", async () => {
    expect(await json("report", kept, "--to", page)).toMatchObject({ has_picture: true, has_heat_map: true });
    expect(readFileSync(page, "utf8")).toContain('data-overlay="all"');
    expect((await run("show", kept, "--heatmap", join(root, "map.png"))).status).toBe(0);
    expect(readFileSync(join(root, "map.png")).subarray(1, 4).toString()).toBe("PNG");
    expect(await auditedOf("local")).toContain('"event_type":"ANALYSIS_READ"');
    await run("scan", image, "--save-images", "--detectors", "double-quantization");
    const { items } = await json("history");
    expect(await json("report", items[0].request_id, "--to", page)).toMatchObject({ has_picture: true });
  });

  it("exports images readable, with an entry in the audit log", async () => {
    for (const user of ["ada", "local"]) {
      const to = join(root, `export-${user}`);
      expect((await run("export", "--user", user, "--to", to)).status).toBe(0);
      const { files } = JSON.parse(readFileSync(join(to, "manifest.json"), "utf8"));
      const original = files.find(({ path }: { path: string }) => path.endsWith("original.jpg"));
      expect(readFileSync(join(to, original.path))).toEqual(readFileSync(image));
    }
    expect(await auditedOf("local")).toContain('"event_type":"USER_EXPORT"');
  });

  it("does waiting work with the keys of the folder, and sweeps with an entry in the audit log", async () => {
    const waiting = await opened(({ artguard }) => artguard.submit(readFileSync(image), { userId: "ada" }));
    expect((await run("work", "--once", "--detectors", "double-quantization")).status).toBe(0);
    expect((await json("show", waiting.request_id)).analysis).toMatchObject({ status: "COMPLETED" });
    expect(await json("sweep")).toMatchObject({ objects_deleted: 0, erasures: [] });
    expect(await auditedOf("local")).toContain('"event_type":"SERVICE_SWEEP"');
  });

  it("leaves out of a page what does not open any more", async () => {
    const { analysis } = await json("show", kept);
    const objects = objectFolder({ path: join(store, "objects") });
    for (const { key } of [analysis.processed_object, analysis.heatmap_object]) {
      const bytes = await objects.get(key);
      await objects.put(key, bytes.with(0, bytes[0]! ^ 1));
    }
    expect(await json("report", kept, "--to", page)).toMatchObject({ has_picture: false, has_heat_map: false });
    expect(readFileSync(page, "utf8")).toContain("no longer at hand");
  });

  it("deletes grants with an analysis", async () => {
    const other = await opened(async ({ artguard, access }) => {
      const { request_id: id } = await artguard.analyze(readFileSync(image), { userId: "ada" });
      const grant = { grantee: { kind: "user", id: "bob" }, permission: "analysis.read" } as const;
      await access.grantPermission({ ...grant, resource: { kind: "analysis", id } }, "ada");
      return id;
    });
    const { status, stderr } = await run("delete", other, "no-such-id");
    expect([status, stderr]).toEqual([1, expect.stringContaining("analysis.not-found")]);
    expect((await grantsOn(other)).items).toEqual([]);
  });

  it("erases a user's grants, identity and pseudonym with the rest", async () => {
    await opened(({ identity }) => identity.directory.assignRoles("ada", ["reviewer"]));
    const context = createSecurityContext({
      principal: { kind: "user", id: "ada" },
      authentication: { method: "token", strength: "single" },
      permissions: ["analysis.read"],
    });
    await opened(({ run, core }) => run(core.analysis.read, { requestId: kept }, { context }));
    expect(await auditedOf("ada")).toContain(kept);
    const receipt = await json("erase", "--user", "ada");
    expect(receipt).toMatchObject({ user_id: "ada", erased: { analyses: 2, users: 1 } });
    expect(await auditedOf("ada")).toBe("[]");
    const standing = await opened(({ identity }) => identity.directory.standingOf("ada"));
    expect(standing.roles).toEqual([]);
    const { stderr } = await run("users", "show", "ada");
    expect(stderr).toContain("user.not-found");
    expect(existsSync(join(store, "governance.keys"))).toBe(true);
    expect((await json("history")).items).toHaveLength(1);
  });
});
