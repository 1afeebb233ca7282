import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { lifecycleOf } from "@artguard/core";
import { folder } from "@artguard/core/filesystem";
import { afterAll, beforeEach, describe, expect, it } from "vitest";

const root = await mkdtemp(join(tmpdir(), "artguard-folder-"));
afterAll(() => rm(root, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const code = (value: string) => expect.objectContaining({ code: value });
let path: string;
let count = 0;
beforeEach(() => {
  path = join(root, String(++count));
});

async function listed(store: ReturnType<typeof folder>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list("")) keys.push(key);
  return keys;
}

const fileOf = (store: ReturnType<typeof folder>, key: string) => fileURLToPath(store.uri(key));

describe("damage", () => {
  it("is found by reading, listed, and can be deleted", async () => {
    const store = folder({ path });
    await store.put("changed", bytes("x".repeat(1000)));
    const file = fileOf(store, "changed");
    const content = await readFile(file);
    content[500] = 0;
    await writeFile(file, content);
    await expect(store.get("changed")).rejects.toEqual(code("storage.corrupt"));
    const { body } = await store.getStream("changed");
    await expect(new Response(body).arrayBuffer()).rejects.toEqual(code("storage.corrupt"));
    await store.delete("changed");
    expect(await listed(store)).toEqual([]);
  });

  it("of the head makes the object unreadable, not absent", async () => {
    const store = folder({ path });
    for (const length of [0, 5, 990, 1100]) {
      await store.put("cut", bytes("x".repeat(1000)));
      await truncate(fileOf(store, "cut"), length);
      await expect(store.head("cut"), `${length}`).rejects.toEqual(code("storage.corrupt"));
      await expect(store.get("cut")).rejects.toEqual(code("storage.corrupt"));
      expect(await listed(store)).toEqual(["cut"]);
    }
  });

  it("by a file that another object's file replaced is found", async () => {
    const store = folder({ path });
    await store.put("a", bytes("one"));
    await store.put("b", bytes("two"));
    await rename(fileOf(store, "a"), fileOf(store, "b"));
    await expect(store.head("b")).rejects.toEqual(code("storage.corrupt"));
  });

  it("by a lost folder is an error, not an empty store", async () => {
    const store = folder({ path });
    await store.put("a", bytes("one"));
    await rm(join(path, "objects"), { recursive: true });
    await expect(listed(store)).rejects.toEqual(code("storage.unavailable"));
    await expect(store.head("a")).rejects.toEqual(code("storage.unavailable"));
  });
});

describe("the folder", () => {
  it("is not left through a symbolic link", async () => {
    const outside = join(root, `outside-${count}`);
    await mkdir(outside);
    await writeFile(join(outside, "@secret"), "secret");
    const store = folder({ path });
    await store.put("a/b", bytes("one"));
    await symlink(outside, join(path, "objects", "evil"));
    await symlink(join(outside, "@secret"), join(path, "objects", "@link"));
    for (const key of ["evil/secret", "evil/new", "evil/deep/new"])
      await expect(store.put(key, bytes("x"))).rejects.toEqual(code("storage.corrupt"));
    await expect(store.delete("evil/secret")).rejects.toEqual(code("storage.corrupt"));
    await expect(store.get("evil/secret")).rejects.toEqual(code("storage.corrupt"));
    await expect(store.get("link")).rejects.toEqual(code("storage.corrupt"));
    expect(await listed(store)).toEqual(["a/b"]);
    expect(await readdir(outside)).toEqual(["@secret"]);
    expect(await readFile(join(outside, "@secret"), "utf8")).toBe("secret");
  });

  it("may itself be reached through a symbolic link", async () => {
    await mkdir(join(root, `real-${count}`));
    await symlink(join(root, `real-${count}`), path);
    const store = folder({ path });
    await store.put("a/b", bytes("one"));
    expect(await store.get("a/b")).toEqual(bytes("one"));
    expect(await listed(store)).toEqual(["a/b"]);
  });

  it("ignores files that are not the store's", async () => {
    const store = folder({ path });
    await store.put("a/b", bytes("one"));
    for (const name of [".DS_Store", "@Upper", "@%ff", "@%41%", "@%61", "a/.keep"])
      await writeFile(join(path, "objects", name), "x");
    expect(await listed(store)).toEqual(["a/b"]);
  });

  it("loses the folders of deleted objects with them", async () => {
    const store = folder({ path });
    await store.put("inference/2026/11/25/id/original.jpg", bytes("one"));
    await store.put("inference/2026/x", bytes("two"));
    await store.delete("inference/2026/11/25/id/original.jpg");
    expect(await readdir(join(path, "objects", "inference", "2026"))).toEqual(["@x"]);
  });

  it("keeps image files that viewers open by their ending", async () => {
    const store = folder({ path });
    await store.put("a/original.jpg", bytes("picture"));
    const file = fileOf(store, "a/original.jpg");
    expect(relative(path, file)).toBe(join("objects", "a", "@original.jpg"));
    expect((await readFile(file)).subarray(0, 7).toString()).toBe("picture");
  });
});

it("keeps every object of writers in folders that others keep emptying", async () => {
  const turns = 100;
  const owners = ["a", "b", "c", "d"].map((name) => ({ name, store: folder({ path }) }));
  const work = owners.map(async ({ name, store }) => {
    for (let turn = 0; turn < turns; turn++) {
      await store.put(`deep/er/folder/${name}`, bytes(`${turn}`), { ifAbsent: true });
      expect(await store.get(`deep/er/folder/${name}`)).toEqual(bytes(`${turn}`));
      await store.delete(`deep/er/folder/${name}`);
    }
  });
  await Promise.all(work);
  expect(await readdir(join(path, "objects"))).toEqual([]);
  expect(await readdir(join(path, "incoming"))).toEqual([]);
});

it("lets one process win a key that several create at once", async () => {
  const program = `
    import { folder } from "@artguard/core/filesystem";
    const store = folder({ path: ${JSON.stringify(path)} });
    let won = 0;
    for (let key = 0; key < 50; key++)
      won += await store.put("in/" + key, new Uint8Array(1000), { ifAbsent: true }).then(() => 1, () => 0);
    console.log(won);
  `;
  const node = ["--conditions=artguard-source", "--input-type=module", "--eval", program];
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const runs = [1, 2, 3].map(() => promisify(execFile)(process.execPath, node, { cwd }));
  const wins = (await Promise.all(runs)).map(({ stdout }) => Number(stdout));
  expect(wins.reduce((sum, count) => sum + count)).toBe(50);
});

describe("opening", () => {
  it("removes what killed writers left, and nothing of writers that live", async () => {
    const host = Buffer.from(hostname()).toString("hex").slice(0, 64);
    const ended = spawnSync(process.execPath, ["--version"]).pid;
    const incoming = join(path, "incoming");
    await mkdir(incoming, { recursive: true });
    const names = [`${host}.${ended}.dead`, `${host}.${process.pid}.own`, "00.1.recent", "00.1.old"];
    for (const name of names) await writeFile(join(incoming, name), "x");
    await utimes(join(incoming, "00.1.old"), new Date(0), new Date(0));
    await folder({ path }).head("a");
    expect((await readdir(incoming)).sort()).toEqual(["00.1.recent", `${host}.${process.pid}.own`].sort());
  });

  it("fails with the reason where the folder cannot be made, and succeeds once it can", async () => {
    await writeFile(path, "a file");
    const store = folder({ path: join(path, "inside") });
    await expect(store.put("a", bytes("one"))).rejects.toEqual(code("storage.write-failed"));
    await rm(path);
    await store.put("a", bytes("one"));
  });
});

it.skipIf(process.platform === "win32")(
  "says storage.full at the limit of the system and keeps what was there",
  async () => {
    const store = folder({ path });
    await store.put("a", bytes("one"));
    const program = `
    import { folder } from "@artguard/core/filesystem";
    const store = folder({ path: ${JSON.stringify(path)} });
    await store.put("a", new Uint8Array(4_000_000)).then(() => console.log("written"), ({ code }) => console.log(code));
  `;
    // Blocks of 512 bytes or 1 KiB, depending on the shell.
    const limited = 'ulimit -f 2000 && exec "$0" "$@"';
    const node = [process.execPath, "--conditions=artguard-source", "--input-type=module", "--eval", program];
    const cwd = fileURLToPath(new URL("../..", import.meta.url));
    expect(execFileSync("sh", ["-c", limited, ...node], { cwd, encoding: "utf8" }).trim()).toBe("storage.full");
    expect(await store.get("a")).toEqual(bytes("one"));
    expect(await readdir(join(path, "incoming"))).toEqual([]);
  },
);

it("deletes what has expired by the declared rules", async () => {
  let now = Date.UTC(2026, 0, 1);
  const store = folder({ path, now: () => now });
  const tags = { retention: "30d" };
  await store.put("inference/2026/01/01/id/original.jpg", bytes("x"), { tags });
  await store.put("training/authentic_v1/img001.jpg", bytes("x"), { tags });
  await store.put("audit/old.jpg", bytes("x"));
  const rules = lifecycleOf("raw");
  expect(await store.deleteExpired(rules, now + 30 * 86_400_000 - 1)).toBe(0);
  now += 30 * 86_400_000;
  expect(await store.deleteExpired(rules, now)).toBe(2);
  expect(await listed(store)).toEqual(["training/authentic_v1/img001.jpg"]);
});

it("deletes what has expired around a damaged object, and says that there is one", async () => {
  const tags = { retention: "30d" };
  const store = folder({ path, now: () => 0 });
  for (const name of ["a", "b", "c"]) await store.put(`inference/${name}`, bytes("x".repeat(1000)), { tags });
  await truncate(fileOf(store, "inference/b"), 500);
  const sweep = store.deleteExpired(lifecycleOf("raw"), Date.now() + 31 * 86_400_000);
  await expect(sweep).rejects.toThrow(/^2 expired objects were deleted; whether 1 old damaged .* inference\/b,/);
  expect(await listed(store)).toEqual(["inference/b"]);
});
