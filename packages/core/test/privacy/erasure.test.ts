import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import {
  type Analysis,
  defineAnalysisTable,
  type ErrorCode,
  erasureGate,
  inferenceKey,
  MemoryObjectStore,
  MemoryTableStore,
  type ObjectStore,
  openPrivacy,
  type TableStore,
  UserRepository,
} from "@artguard/core";
import { describe, expect, it, vi } from "vitest";
import { type BeforeCall, crashAfter, watchedObjects, watchedTables } from "./crashing.ts";
import { expectIntact, now, temporaryPlace, traced, whole } from "./erasure-place.ts";
import { reviewedBy, storeSubjects, subject, writtenAt } from "./subjects.ts";

const refused = (code: ErrorCode) => expect.objectContaining({ code });
const nothing: BeforeCall = () => undefined;

async function privacyOf(tables: TableStore, objects: ObjectStore, before = nothing) {
  return openPrivacy({
    tables: watchedTables(tables, before),
    objects: watchedObjects(objects, before),
    settleMs: 0,
    now,
  });
}

/** The number of store calls of one whole erasure. */
async function callsOfAnErasure(): Promise<number> {
  const [tables, objects, one] = [new MemoryTableStore({ now }), new MemoryObjectStore(), subject(0)];
  await storeSubjects([one], tables, objects);
  let calls = 0;
  await (
    await privacyOf(tables, objects, () => {
      calls += 1;
    })
  ).eraseUser(one.userId);
  return calls;
}

/** 300 people, every fifth of whom is to be erased. */
async function threeHundred() {
  const subjects = Array.from({ length: 300 }, (_, n) => subject(n));
  const place = temporaryPlace();
  await place.visit((tables, objects) => storeSubjects(subjects, tables, objects));
  expect(traced(place.path, subjects)).toBe(300);
  const erased = subjects.filter((_, n) => n % 5 === 0);
  return { ...place, erased, kept: subjects.filter((_, n) => n % 5 !== 0), calls: await callsOfAnErasure() };
}

describe("eraseUser, for 60 of 300 people", () => {
  it("crashed at 20 points, leaves no trace of them, all of the others, and exact receipts", async () => {
    const { erased, kept, calls, visit, path } = await threeHundred();
    const messages: string[] = [];
    for (const [n, { userId }] of erased.slice(0, 20).entries()) {
      const crash = crashAfter(Math.floor((n * (calls - 3)) / 20));
      await visit(async (tables, objects) => {
        const privacy = await privacyOf(tables, objects, (...call) => {
          if (!call[0].endsWith(".open")) crash(...call);
        });
        await privacy.eraseUser(userId).catch((error: Error) => messages.push(error.message));
      });
    }
    expect(messages).toHaveLength(20);
    await visit(async (tables, objects) => {
      const privacy = await privacyOf(tables, objects);
      for (const [n, { userId }] of erased.entries()) {
        const receipt = await privacy.eraseUser(userId, { scrub: n === erased.length - 1 });
        expect(receipt.erased).toEqual(whole);
      }
      // While the database is still open: its log has no memory either.
      expect(traced(path, erased)).toBe(0);
      await expectIntact(kept, tables, objects);
      const analyses = await tables.open(defineAnalysisTable());
      for (const one of erased) {
        const reviewed = await analyses.get({ request_id: reviewedBy(one), created_at: writtenAt });
        expect(reviewed).toMatchObject({ user_id: "keeper", review: { note: "Yes." }, dispute_revision: 4 });
      }
    });
    expect(messages.join("\n")).not.toMatch(/fp\d{4}x/);
    expect(traced(path, kept)).toBe(240);
  }, 600_000);

  it("killed 20 times without warning, leaves no trace of them, all of the others, and exact receipts", async () => {
    const { erased, kept, calls, visit, path } = await threeHundred();
    const receipts = new Map<number, unknown>();
    let log = "";
    let kills = 0;
    while (receipts.size < erased.length) {
      const left = erased.map((_, n) => 5 * n).filter((n) => !receipts.has(n));
      const killAfter = kills < 20 ? 3 + ((kills * 31) % (2 * calls)) : Number.POSITIVE_INFINITY;
      const { output, killed } = await runUntil(killAfter, [path, ...left.map(String)]);
      for (const [line] of output.matchAll(/^\{.*\}$/gm)) {
        const { number, erased: counts } = JSON.parse(line) as { number: number; erased: unknown };
        receipts.set(number, counts);
      }
      if (killed) kills += 1;
      log += output;
    }
    expect(kills).toBe(20);
    for (const counts of receipts.values()) expect(counts).toEqual(whole);
    expect(log).not.toMatch(/fp\d{4}x/);
    expect(traced(path, erased)).toBe(0);
    expect(traced(path, kept)).toBe(240);
    await visit((tables, objects) => expectIntact(kept, tables, objects));
  }, 600_000);
});

/** Runs the erasing process, and kills it after so many calls of its stores. */
async function runUntil(calls: number, parameters: readonly string[]): Promise<{ output: string; killed: boolean }> {
  const entry = fileURLToPath(new URL("./erase-child.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=artguard-source", entry, ...parameters], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, errors] = [[] as string[], [] as string[]];
  let seen = 0;
  child.stderr.on("data", (chunk) => errors.push(String(chunk)));
  child.stdout.on("data", (chunk) => {
    output.push(String(chunk));
    seen += String(chunk).split(".").length - 1;
    if (seen >= calls) child.kill("SIGKILL");
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  if (signal !== "SIGKILL") expect(code, errors.join("")).toBe(0);
  return { output: output.join("") + errors.join(""), killed: signal === "SIGKILL" };
}

/** One person in memory. */
async function onePerson(before: BeforeCall = nothing) {
  const [tables, objects, one] = [new MemoryTableStore({ now }), new MemoryObjectStore(), subject(1)];
  const { users, analyses } = await storeSubjects([one], tables, objects);
  const repository = new UserRepository(tables, users, { now });
  return { tables, objects, one, users, analyses, repository, privacy: await privacyOf(tables, objects, before) };
}

/** Everything that a memory store still tells of a person. */
async function traces({ users, analyses, objects, one }: Awaited<ReturnType<typeof onePerson>>): Promise<string[]> {
  const owned = await users.query({ index: "owner-index", partition: one.userId });
  const own = await analyses.query({ index: "user-index", partition: one.userId });
  const versions = await analyses.query({ partition: `VERSION#${one.requestIds[0]}` });
  const said = await analyses.query({ index: "dispute-index", partition: `BY#${one.userId}` });
  const keys: string[] = [];
  for await (const { key } of objects.list("")) keys.push(key);
  const account = await users.get({ user_id: one.userId });
  return [
    ...[...owned.items, ...(account ? [account] : [])].map(({ user_id }) => user_id),
    ...[...own.items, ...versions.items, ...said.items].map(({ request_id }) => request_id),
    ...keys,
  ];
}

describe("eraseUser", () => {
  it("erases what a worker that was at work wrote between the sweeps", async () => {
    const opened = await onePerson(lateWorker);
    await opened.privacy.eraseUser(opened.one.userId);
    expect(await traces(opened)).toEqual([]);

    function lateWorker(call: string, parameters: readonly unknown[]): void {
      if (call.endsWith(".update") && JSON.stringify(parameters[1]).includes("second_sweep")) {
        const { requestIds } = subject(1);
        void opened.objects.put(inferenceKey(requestIds[1], writtenAt, "original.jpg"), new Uint8Array(9));
      }
    }
  });

  it("would be caught without its second sweep, and without the deletion of markers", async () => {
    for (const [from, to] of [
      ["second_sweep", "markers"],
      ["markers", "user"],
    ]) {
      const skip: BeforeCall = (call, parameters) => {
        const change = parameters[1] as { set?: { stage?: string } } | undefined;
        if (call.endsWith(".update") && change?.set?.stage === from) change!.set!.stage = to!;
      };
      const opened = await onePerson(skip);
      await opened.privacy.eraseUser(opened.one.userId);
      expect(await traces(opened), `without ${from}`).not.toEqual([]);
    }
  });

  it("accepts nothing new from the first moment", async () => {
    const { privacy, one, tables, objects, repository, users, analyses } = await onePerson();
    const halted = await privacyOf(tables, objects, (call) => {
      if (call === "objects.list") throw new Error("halted");
    });
    await expect(halted.eraseUser(one.userId)).rejects.toThrow("halted");
    await expect(repository.updateProfile(one.userId, { company: "x" })).rejects.toThrow(refused("user.being-erased"));
    await expect(repository.changeEmail(one.userId, "new@example.org")).rejects.toThrow(refused("user.being-erased"));
    await expect(repository.create({ user_id: one.userId, email: "new@example.org" })).rejects.toThrow(
      refused("user.already-exists"),
    );
    const gate = erasureGate(tables, users.definition);
    const record = { ...((await analyses.get({ request_id: one.requestIds[0], created_at: writtenAt })) as Analysis) };
    const creation = () => [];
    await expect(gate.admit({ ...record, request_id: "late" }, creation, {})).rejects.toThrow(
      refused("user.being-erased"),
    );
    await expect(privacy.exportUser(one.userId).next()).rejects.toThrow(refused("user.being-erased"));
    await privacy.resumeErasures();
    await expect(gate.admit({ ...record, request_id: "late" }, creation, {})).rejects.toThrow(
      refused("user.being-erased"),
    );
  });

  it("is finished by resumeErasures when nobody calls again", async () => {
    const opened = await onePerson();
    const crashing = await privacyOf(opened.tables, opened.objects, (call) => {
      if (call === "objects.delete") throw new Error("crashed");
    });
    await expect(crashing.eraseUser(opened.one.userId)).rejects.toThrow("crashed");
    expect(await opened.privacy.resumeErasures()).toMatchObject([{ erased: whole }]);
    expect(await opened.privacy.resumeErasures()).toEqual([]);
    expect(await traces(opened)).toEqual([]);
  });

  it("may be done by several processes at once", async () => {
    const opened = await onePerson();
    const receipts = await Promise.all(Array.from({ length: 5 }, () => opened.privacy.eraseUser(opened.one.userId)));
    for (const { erased } of receipts) expect(erased).toEqual(whole);
    expect(await traces(opened)).toEqual([]);
  });

  it("returns the same receipt to a repeated call, with the residues by name", async () => {
    const { privacy, one } = await onePerson();
    const receipt = await privacy.eraseUser(one.userId);
    expect(await privacy.eraseUser(one.userId)).toEqual(receipt);
    const named = receipt.residues.map(({ what }) => what).join("; ");
    for (const residue of ["backups", "logs", "models already trained", "tombstone"]) expect(named).toContain(residue);
  });

  it("keeps a tombstone that does not say who it was, and lets the person come back", async () => {
    const { privacy, one, users, repository } = await onePerson();
    await privacy.eraseUser(one.userId);
    const [tombstone] = await users.batchGet([{ user_id: `ERASURE#${await sha256(one.userId)}` }]);
    expect(tombstone).toMatchObject({ kind: "erasure", stage: "completed", erased_users: 1 });
    expect(JSON.stringify(tombstone)).not.toContain(one.fingerprint);
    await repository.create({ user_id: one.userId, email: one.email });
    expect(await users.get({ user_id: tombstone!.user_id })).toBeUndefined();
  });

  it("erases again what a host without a gate has written since", async () => {
    const opened = await onePerson();
    await opened.privacy.eraseUser(opened.one.userId);
    await storeSubjects([opened.one], opened.tables, opened.objects);
    expect((await opened.privacy.eraseUser(opened.one.userId)).erased).toEqual(whole);
    expect(await traces(opened)).toEqual([]);
  });

  it("erases again an account that another tool has written since", async () => {
    const { privacy, one, users } = await onePerson();
    const account = await users.get({ user_id: one.userId });
    await privacy.eraseUser(one.userId);
    await users.put(account!);
    expect((await privacy.eraseUser(one.userId)).erased).toMatchObject({ users: 1 });
    expect(await users.get({ user_id: one.userId })).toBeUndefined();
  });

  it("begins again when an account is made in the moment of its beginning, which would not know of it", async () => {
    const { tables, objects, one, users, privacy } = await onePerson();
    const account = await users.get({ user_id: one.userId });
    await users.delete({ user_id: one.userId });
    let made = false;
    const rival = watchedTables(tables, (call) => {
      if (call === "store.transact" && !made) {
        made = true;
        void users.put(account!);
      }
    });
    const first = await openPrivacy({ tables: rival, objects, settleMs: 0, now });
    await expect(first.eraseUser(one.userId)).rejects.toThrow(refused("storage.transaction-cancelled"));
    expect((await privacy.eraseUser(one.userId)).erased).toEqual(whole);
  });

  it("leaves nothing in the store's own file when it died just before that, after the next resumeErasures", async () => {
    const place = temporaryPlace();
    const [one, other] = [subject(1), subject(2)];
    await place.visit(async (tables, objects) => {
      await storeSubjects([one, other], tables, objects);
      const dying = await privacyOf(tables, objects, (call) => {
        if (call === "store.scrub") throw new Error("died");
      });
      await expect(dying.eraseUser(one.userId)).rejects.toThrow("died");
      const privacy = await privacyOf(tables, objects);
      const scrub = vi.spyOn(tables, "scrub" as never);
      expect(await privacy.resumeErasures()).toEqual([]);
      expect(scrub).toHaveBeenCalledTimes(1);
    });
    expect([traced(place.path, [one]), traced(place.path, [other])]).toEqual([0, 1]);
  });

  it("deletes nothing of a person who came back, when one of its processes was left behind", async () => {
    let slow: (() => Promise<void>) | undefined;
    const opened = await onePerson();
    const { one, tables, objects, privacy } = opened;
    const leftBehind = await privacyOf(heldBack(tables), objects);
    const late = leftBehind.eraseUser(one.userId).catch((error: unknown) => error);
    await vi.waitFor(() => expect(slow).toBeDefined());
    await privacy.eraseUser(one.userId);
    await storeSubjects([one], tables, objects);
    await slow?.();
    expect(await late).toEqual(refused("storage.transaction-cancelled"));
    expect((await traces(opened)).filter((trace) => trace.startsWith("r1"))).toHaveLength(2);

    /** Holds the first deletion of a record until `slow` is called. */
    function heldBack(store: TableStore): TableStore {
      return new Proxy(store, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name);
          if (name !== "transact") return typeof member === "function" ? member.bind(target) : member;
          return (...[actions, options]: Parameters<TableStore["transact"]>) => {
            const deletes = actions.some(({ write }) => write.kind === "delete");
            if (!deletes || slow) return target.transact(actions, options);
            return new Promise<void>((resolve, reject) => {
              slow = () => target.transact(actions, options).then(resolve, reject);
            });
          };
        },
      });
    }
  });

  it("erases the analyses of a pseudonym that has no account", async () => {
    const opened = await onePerson();
    await opened.users.delete({ user_id: opened.one.userId });
    expect((await opened.privacy.eraseUser(opened.one.userId)).erased).toEqual({ ...whole, users: 0 });
    expect(await traces(opened)).toEqual([]);
  });

  it("also erases what has expired and nobody has swept, record and image", async () => {
    const place = temporaryPlace();
    const one = subject(1);
    const later = () => writtenAt + 40 * 86_400_000;
    await place.visit(async (tables, objects) => {
      const { analyses } = await storeSubjects([one], tables, objects);
      for (const request_id of [...one.requestIds, `VERSION#${one.requestIds[0]}`]) {
        const record_expires_at = ((writtenAt + 39 * 86_400_000) / 1000) as NonNullable<Analysis["record_expires_at"]>;
        await analyses.update({ request_id, created_at: writtenAt }, { set: { record_expires_at } });
      }
    });
    await place.visit(async (tables, objects) => {
      const privacy = await openPrivacy({ tables, objects, settleMs: 0, now: later });
      expect((await privacy.eraseUser(one.userId)).erased).toMatchObject({ analyses: 0, users: 1 });
    }, later);
    expect(traced(place.path, [one])).toBe(0);
  });

  it("reaches images in two stores", async () => {
    const [tables, raw, processed] = [new MemoryTableStore({ now }), new MemoryObjectStore(), new MemoryObjectStore()];
    const one = subject(1);
    await storeSubjects([one], tables, raw);
    const key = inferenceKey(one.requestIds[0], writtenAt, "processed.jpg");
    await processed.put(key, await raw.get(key));
    await raw.delete(key);
    const privacy = await openPrivacy({ tables, objects: { raw, processed }, settleMs: 0, now });
    const paths: string[] = [];
    for await (const { path } of privacy.exportUser(one.userId)) paths.push(path);
    expect(paths).toContain(`analyses/${one.requestIds[0]}/processed.jpg`);
    expect((await privacy.eraseUser(one.userId)).erased).toEqual(whole);
    expect(await processed.head(key)).toBeUndefined();
  });

  it("stops at the caller's signal and goes on later", async () => {
    const opened = await onePerson();
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(opened.privacy.eraseUser(opened.one.userId, { signal })).rejects.toThrow("enough");
    expect((await opened.privacy.eraseUser(opened.one.userId)).erased).toEqual(whole);
  });
});

async function sha256(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toString("hex");
}
