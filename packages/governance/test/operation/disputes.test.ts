import { userIdOf } from "@artguard/core";
import type { Outcome } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { by, governedPlace } from "../fixtures/governed-place.ts";

const reason = "It hung in my kitchen.";
const note = "A later frame.";

/** Four analyses of ada, in every state of a dispute; rita may read the disputed one, gus may dispute the others. */
async function disputedPlace() {
  const place = await governedPlace();
  const { storeAnalysis, artguard, access, governance } = place;
  for (const id of ["fresh", "disputed", "resolved"]) await storeAnalysis(id, "ada");
  for (const id of ["disputed", "resolved"]) await artguard.dispute(id, { reason });
  await artguard.review("resolved", { note, reviewerId: "remo" });
  const share = (id: string, grantee: string, permission: string) =>
    access.grantPermission(
      { resource: { kind: "analysis", id }, grantee: { kind: "user", id: grantee }, permission },
      "ada",
    );
  await share("disputed", "rita", "analysis.read");
  for (const id of ["fresh", "resolved"]) await share(id, "rex", "analysis.dispute");
  const ask = (token: string | undefined, name: string, input: object) =>
    governance.attempt(name, input, token === undefined ? {} : by(token));
  return { ...place, ask };
}

const codeOf = (outcome: Outcome<unknown>) =>
  outcome.ok ? "ok" : `${(outcome.error as { code?: string }).code ?? outcome.error}`;

const denied = "access.denied";
const unknown = "analysis.not-found";
const states = ["fresh", "disputed", "resolved", "absent"] as const;
const inputs = {
  "analysis.dispute": (requestId: string) => ({ requestId, reason }),
  "analysis.read-disputed": (requestId: string) => ({ requestId }),
  "analysis.review": (requestId: string) => ({ requestId, note }),
  "analysis.read": (requestId: string) => ({ requestId }),
} as const;
type Asked = keyof typeof inputs;
const everywhere = (code: string) => [code, code, code, code];

/** What is answered of a fresh, a disputed, a resolved and an absent analysis of ada. */
const answers: Readonly<Record<string, Readonly<Record<Asked, readonly string[]>>>> = {
  ada: {
    "analysis.dispute": ["ok", "analysis.already-disputed", "ok", unknown],
    "analysis.read-disputed": everywhere(denied),
    "analysis.review": everywhere(denied),
    "analysis.read": ["ok", "ok", "ok", unknown],
  },
  "rosa, a reviewer": {
    "analysis.dispute": everywhere(unknown),
    "analysis.read-disputed": [unknown, "ok", unknown, unknown],
    "analysis.review": [unknown, "ok", unknown, unknown],
    "analysis.read": everywhere(unknown),
  },
  "rita, who was granted analysis.read": {
    "analysis.dispute": everywhere(unknown),
    "analysis.read-disputed": everywhere(denied),
    "analysis.review": everywhere(denied),
    "analysis.read": [unknown, "ok", unknown, unknown],
  },
  "rex, who was granted analysis.dispute": {
    "analysis.dispute": ["ok", unknown, "ok", unknown],
    "analysis.read-disputed": everywhere(denied),
    "analysis.review": everywhere(denied),
    "analysis.read": everywhere(unknown),
  },
  "oscar, who has nothing to do with it": {
    "analysis.dispute": everywhere(unknown),
    "analysis.read-disputed": everywhere(denied),
    "analysis.review": everywhere(denied),
    "analysis.read": everywhere(unknown),
  },
  "root, an administrator": {
    "analysis.dispute": everywhere(unknown),
    "analysis.read-disputed": everywhere(denied),
    "analysis.review": everywhere(denied),
    "analysis.read": everywhere(unknown),
  },
  nobody: {
    "analysis.dispute": everywhere(denied),
    "analysis.read-disputed": everywhere(denied),
    "analysis.review": everywhere(denied),
    "analysis.read": everywhere(denied),
  },
};

describe("disputes under the rules", () => {
  it.each(Object.keys(answers))("answer %s as the matrix says", async (who) => {
    const token = who === "nobody" ? undefined : who.split(",")[0]!;
    for (const name of Object.keys(inputs) as Asked[]) {
      const given: string[] = [];
      for (const state of states) {
        const { ask } = await disputedPlace();
        given.push(codeOf(await ask(token, name, inputs[name](state))));
      }
      expect(given, name).toEqual(answers[who]![name]);
    }
  });

  it("answer whoever may dispute and not read with the dispute, and nothing of result or owner", async () => {
    const { ask } = await disputedPlace();
    const [own, granted] = [
      await ask("ada", "analysis.dispute", { requestId: "fresh", reason }),
      await ask("rex", "analysis.dispute", { requestId: "resolved", reason }),
    ];
    expect(own.ok && own.output).toMatchObject({ user_id: "ada", dispute: { disputed_by: "ada" } });
    expect(granted.ok && Object.keys(granted.output as object).toSorted()).toEqual(
      ["content_type", "created_at", "dispute", "filename", "request_id", "size_bytes", "status"].toSorted(),
    );
  });

  it("show the queue to reviewers alone, with what they need to choose from it", async () => {
    const { ask } = await disputedPlace();
    for (const token of ["ada", "rita", "root", undefined])
      expect(codeOf(await ask(token, "analysis.disputed", {}))).toBe(denied);
    const queue = await ask("rosa", "analysis.disputed", {});
    expect(queue.ok && queue.output).toEqual({
      items: [
        {
          request_id: "disputed",
          created_at: expect.any(Number),
          filename: "portrait.jpg",
          dispute: expect.objectContaining({ reason, status: "open", disputed_by: "ada" }),
        },
      ],
    });
  });

  it("are reviewed by nobody who owns the analysis or disputed it, reviewer or not", async () => {
    const { ask, artguard, storeAnalysis } = await disputedPlace();
    await storeAnalysis("own", "rosa");
    await artguard.dispute("own", { reason });
    await storeAnalysis("other", "ada");
    await artguard.dispute("other", { reason, userId: "rosa" });
    for (const requestId of ["own", "other"]) {
      expect(codeOf(await ask("rosa", "analysis.review", { requestId, note }))).toBe(denied);
      expect((await artguard.get(requestId)).review).toBeUndefined();
    }
    expect(codeOf(await ask("rosa", "analysis.read-disputed", { requestId: "own" }))).toBe(denied);
  });

  it("name reviewer and outcome in the audit log, and none of the words", async () => {
    const { ask, audit } = await disputedPlace();
    audit.entries.length = 0;
    await ask("ada", "analysis.dispute", { requestId: "fresh", reason });
    const reviewed = await ask("rosa", "analysis.review", { requestId: "fresh", note, verdict: "AUTHENTIC" });
    expect(reviewed.ok && reviewed.output).toMatchObject({
      dispute: { status: "resolved" },
      review: { note, reviewer_id: "rosa", reviewer_verdict: "AUTHENTIC" },
    });
    const of = (operation: string) => audit.entries.filter((entry) => entry.operation === operation);
    expect(of("analysis.dispute").at(-1)?.context.principal.id).toBe("ada");
    const last = of("analysis.review").at(-1);
    expect(last?.context.principal.id).toBe("rosa");
    expect(JSON.stringify(of("analysis.review"))).toContain('"reviewer_verdict":"AUTHENTIC"');
    for (const words of [reason, note]) expect(JSON.stringify(audit.entries)).not.toContain(words);
  });

  it("no longer name a reviewer who was erased", async () => {
    const { ask, artguard, users } = await disputedPlace();
    await users.create({ user_id: userIdOf("rosa"), email: "rosa@example.org" });
    expect(codeOf(await ask("rosa", "analysis.review", { requestId: "disputed", note }))).toBe("ok");
    expect(JSON.stringify(await artguard.get("disputed"))).toContain("rosa");
    const erased = await ask("rosa", "user.erase", {});
    expect(erased.ok && erased.output).toMatchObject({ erased: { statements: 1 } });
    const record = await artguard.get("disputed");
    expect(JSON.stringify(record)).not.toContain("rosa");
    expect(record.review?.note).toBe(note);
  });
});
