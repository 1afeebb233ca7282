import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { MemoryTableStore, type TableStore } from "@artguard/core";
import {
  type AuditDetails,
  type AuditEvent,
  type AuditLogOptions,
  auditCategoryNames,
  defineAuditTables,
  type LineSink,
  linesInFolder,
  linesTo,
  logEntrySchema,
  openApprovals,
  openEntityKeys,
  retentionEnd,
} from "@artguard/governance";
import { describe, expect, it, onTestFinished } from "vitest";
import { redactText } from "../../src/audit/redact.ts";
import { safeText } from "../../src/audit/safe-text.ts";
import { decide, handOver, newCustodian, pairOf, testKeyring } from "../fixtures/custody.ts";
import { contextOf, eventOf, noon, openLog, randomFrom } from "./fixtures.ts";

const random = (bytes: number) => randomBytes(bytes).toString("hex");

/** 60 secrets and personal data, each with the part of it that must appear nowhere. */
function seededSecrets(): { readonly text: string; readonly seed: string }[] {
  const secrets: { text: string; seed: string }[] = [];
  const add = (seed: string, text = seed) => secrets.push({ text, seed });
  for (let round = 0; round < 4; round++) {
    const jwt = `eyJhbGciOiJSUzI1NiJ9.eyJ${random(20)}.${random(32)}`;
    add(jwt.split(".")[2]!, `token ${jwt}`);
    const bearer = random(20);
    add(bearer, `Authorization: Bearer ${bearer}`);
    const key = `${random(6)}_${random(32)}`;
    add(key, `called with ag_live_${key} twice`);
    add(`AKIA${random(8).toUpperCase()}`);
    const aws = `wJalrXUtnFEMI/K7MDENG+${random(9)}`;
    add(aws, `aws said ${aws}`);
    add(`mallory.${random(4)}@example.org`, `mail to mallory.${random(4)}@example.org`);
    secrets.at(-1)!.text = `mail to <${secrets.at(-1)!.seed}>`;
    add(`ghp_${random(18)}`);
    add(`sk_live_${random(12)}`);
    const password = random(8);
    add(password, `postgres://admin:${password}@db.example.org/x`);
    const query = random(8);
    add(query, `GET /login?user=x&password=${query}&go=1`);
    const quoted = random(8);
    add(quoted, `{"client_secret": "${quoted}"}`);
    const pem = random(30);
    add(pem, `-----BEGIN PRIVATE KEY-----\n${pem}\n-----END PRIVATE KEY-----`);
    add(`203.0.113.${round + 101}`, `from 203.0.113.${round + 101}`);
    add(["4111 1111 1111 1111", "5500-0000-0000-0004", "340000000000009", "6011000000000004"][round]!);
    add(
      [
        "CR05015202001026284066",
        "DE89 3704 0044 0532 0130 00",
        "GB82WEST12345698765432",
        "FR1420041010050500013M02606",
      ][round]!,
    );
  }
  return secrets;
}

/** Everything that is stored, and everything that a mirror gets. */
async function everything(tables: TableStore, mirrored: readonly string[]): Promise<string> {
  const definitions = defineAuditTables();
  const [entries, state] = [await tables.open(definitions.entries), await tables.open(definitions.state)];
  const parts: unknown[] = [...mirrored];
  for (const category of auditCategoryNames) {
    parts.push(...(await entries.query({ partition: category, limit: 1000 })).items);
    parts.push(await state.get({ name: `${category}#head` }));
  }
  return parts.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join("\n");
}

async function mirroredLog(options: Partial<AuditLogOptions> = {}) {
  const mirrored: string[] = [];
  const opened = await openLog({ ...options, mirror: (_, line) => void mirrored.push(line) });
  return { ...opened, mirrored, entry: (index: number) => logEntrySchema.parse(JSON.parse(mirrored[index]!)) };
}

describe("what is written of an event", () => {
  it("has the attributes and the nesting of the spec, and no more than these", async () => {
    const { log, entry } = await mirroredLog();
    await log.logDataAccess(contextOf(), {
      type: "dataset.access",
      operation: "dataset.query",
      outcome: "success",
      resource: { kind: "dataset", id: "dataset_1" },
      details: {
        classification: "SENSITIVE",
        queryHash: "gsergherhqergqwerge",
        approvalRequired: false,
        deviceFingerprint: "fp_xyz789",
        userAgent: "Mozilla/5.0...",
        rowsAccessed: 1500,
        processingTimeMs: 2847,
      },
    });
    expect(entry(0)).toEqual({
      timestamp: "2026-11-15T12:00:00.000Z",
      event_type: "DATASET_ACCESS",
      trace_id: "0af7651916cd43dd8448eb211c80319c",
      severity: "INFO",
      user: {
        id: expect.stringMatching(/^subj_[0-9a-f]{32}$/),
        email: "[redacted]",
        organization: "tec",
        roles: ["data_analyst"],
      },
      operation: {
        type: "DATASET_QUERY",
        dataset_id: "dataset_1",
        classification: "SENSITIVE",
        query_hash: "gsergherhqergqwerge",
        approval_required: false,
      },
      security_context: {
        ip_address: "198.51.100.0",
        country: "CR",
        device_fingerprint: expect.stringMatching(/^fp_[0-9a-f]{24}$/),
        session_id: expect.stringMatching(/^sess_[0-9a-f]{24}$/),
        user_agent: "Mozilla/5.0...",
        authentication_method: "token",
        authentication_strength: "single",
      },
      result: { status: "SUCCESS", rows_accessed: 1500, processing_time_ms: 2847 },
    });
  });

  it("keeps what only sounds secret", async () => {
    const { log, entry } = await mirroredLog();
    const details = { input_tokens: 1500, has_password: true, key_id: "7", query_hash: "ab12", pin: 1234, tokens: "x" };
    await log.logSystemEvent(contextOf(), eventOf(0, { details }));
    expect(entry(0).operation).toMatchObject({ ...details, pin: "[redacted]", tokens: "[redacted]" });
  });

  it("writes nothing under a name that says what it is, in whatever spelling", async () => {
    const names = ["apikey", "authToken", "access_token_value", "passwordHash", "privatekey", "Authorization-Header"];
    const { log, entry } = await mirroredLog();
    const all = [...names, "password_2", "newPasswordConfirm", "dob"];
    await log.logSystemEvent(
      contextOf(),
      eventOf(0, { details: Object.fromEntries(all.map((name) => [name, "hunter2"])) }),
    );
    const { type: _, ...facts } = entry(0).operation;
    expect(Object.values(facts)).toEqual(all.map(() => "[redacted]"));
  });

  it("names people by pseudonyms only, wherever an event names them", async () => {
    const { log, tables, mirrored } = await mirroredLog();
    await log.logSecurityEvent(
      contextOf("cognito-sub-ada"),
      eventOf(0, {
        resource: { kind: "user", id: "cognito-sub-bob" },
        details: { granteeId: "cognito-sub-bob", approvers: ["cognito-sub-eve", "cognito-sub-ada"] },
      }),
    );
    expect(await everything(tables, mirrored)).not.toMatch(/cognito-sub/);
    const { user, operation } = logEntrySchema.parse(JSON.parse(mirrored[0]!));
    expect(operation["grantee_id"]).toBe(operation["user_id"]);
    expect(operation["approvers"]).toEqual([expect.stringMatching(/^subj_/), user.id]);
  });

  it("has no person in clear whatever custodians and owners of keys do", async () => {
    const { log: audit, tables, mirrored } = await mirroredLog();
    const who = ["sub-owner", "sub-requester", "sub-person-ana", "sub-person-ben", "sub-cust-ana", "sub-cust-ben"];
    const [owner, requester, ...others] = who as [string, string, string, string, string, string];
    const [ana, ben] = [await newCustodian(others[2], others[0]), await newCustodian(others[3], others[1])];
    const rules = { authorize: async () => undefined, delegatesOf: async () => [] };
    const approvals = await openApprovals({ tables, audit, ...rules, now: () => noon });
    const context = contextOf(requester);
    for (const { registered } of [ana, ben]) await approvals.custodians.register(context, registered);
    await approvals.custodians.assign(context, owner, ana.holder.id, ben.holder.id);
    const keys = await openEntityKeys({ tables, audit, approvals, provider: await testKeyring(), now: () => noon });
    await keys.create(context, { entityId: owner, protection: "tripartite", custodians: pairOf(ana, ben) });
    const custody = { approvals, clock: { ms: noon } };
    const opening = await keys.requestOpening(context, { entityId: owner, operation: "x.y", purpose: "use" });
    const asking = { entityId: owner, operation: "x.y", asked: opening.asked };
    const { approval_id: approvalId } = await approvals.requestApproval(context, asking);
    for (const custodian of [ana, ben]) await decide(custody, custodian, approvalId);
    await handOver(keys, opening, [ana, ben], approvalId, owner);
    await keys.withKey(context, { entityId: owner, openingId: opening.opening_id, approvalId }, async () => undefined);
    await keys.shred(context, owner);
    const all = await everything(tables, mirrored);
    expect(mirrored.length).toBeGreaterThanOrEqual(12);
    expect(who.filter((name) => all.includes(name))).toEqual([]);
    const assigned = mirrored
      .map((line) => logEntrySchema.parse(JSON.parse(line)))
      .find(({ event_type }) => event_type === "CUSTODIAN_ASSIGNED");
    expect(await audit.resolveSubject(String(assigned?.operation["entity_id"]))).toBe(owner);
  });

  it("leaves nothing of a forgotten person in the gaps of the store's files", async () => {
    let scrubbed = 0;
    const scrub = async () => {
      scrubbed += 1;
    };
    const { log } = await openLog({ tables: Object.assign(new MemoryTableStore(), { scrub }) });
    await log.logSystemEvent(contextOf("ada"), eventOf());
    expect([await log.forgetSubject("ada"), scrubbed]).toEqual([true, 1]);
  });

  it("has addresses as the setting says, never whole", async () => {
    const written = async (addresses: "truncate" | "pseudonymize" | "omit", clientAddress: string) => {
      const { log, entry } = await mirroredLog({ addresses });
      await log.logSystemEvent(contextOf("ada", { clientAddress }), eventOf());
      return entry(0).security_context.ip_address;
    };
    expect(await written("truncate", "2001:db8:12:34::1")).toBe("2001:db8:12::");
    expect(await written("truncate", "2001:db8::1")).toBe("2001:db8:0::");
    expect(await written("truncate", "::ffff:198.51.100.45")).toBe("198.51.100.0");
    expect(await written("truncate", "not an address")).toBe("[unreadable]");
    expect(await written("pseudonymize", "198.51.100.45")).toMatch(/^addr_[0-9a-f]{24}$/);
    expect(await written("pseudonymize", "198.51.100.45")).toBe(await written("pseudonymize", "198.51.100.45"));
    expect(await written("omit", "198.51.100.45")).toBeNull();
  });

  it("needs a type, an operation and a trace id", async () => {
    const { log } = await mirroredLog();
    const invalid = expect.objectContaining({ code: "audit.invalid-event" });
    await expect(log.logSystemEvent(contextOf(), eventOf(0, { type: "" }))).rejects.toThrow(invalid);
    await expect(log.logSystemEvent(contextOf(), eventOf(0, { operation: "\n" }))).rejects.toThrow(invalid);
    await expect(log.logSystemEvent(contextOf("ada", { traceId: "" }), eventOf())).rejects.toThrow(invalid);
  });
});

describe("60 secrets, seeded into every part of an event", () => {
  const secrets = seededSecrets();

  async function seed(text: string, index: number, log: Awaited<ReturnType<typeof mirroredLog>>["log"]): Promise<void> {
    const hidden = `${text.slice(0, 4)}\u200b${text.slice(4)}`;
    const event: AuditEvent = {
      type: "error.thrown",
      operation: "http.request",
      outcome: "failed",
      resource: { kind: "file", id: text },
      details: {
        reason: `it failed: ${text}`,
        user_agent: text,
        list: [text, "and more"],
        hidden,
        [`n${index}`]: text,
      },
    };
    await log.logSystemEvent(contextOf("ada", { country: text, traceId: text }), event);
    const named: AuditDetails = { password: text, apiKey: text, "set-cookie": text, accessToken: text, pin: 1234 };
    await log.logSystemEvent(contextOf("ada"), eventOf(0, { details: named }));
    const authentication = { method: "api_key", strength: "single", credentialId: text } as const;
    const context = contextOf("ada", { roles: [text], organizations: [{ organizationId: text, roles: [] }] });
    await log.logSecurityEvent({ ...context, authentication }, eventOf());
  }

  it("appear nowhere in the log, its indexes and its mirror", async () => {
    const { log, tables, mirrored } = await mirroredLog();
    for (const [index, { text }] of secrets.entries()) await seed(text, index, log);
    expect(mirrored).toHaveLength(180);
    const all = (await everything(tables, mirrored)).replaceAll("\\n", "\n").replaceAll("<U+200B>", "");
    const leaked = secrets.filter(({ seed }) => all.includes(seed)).map(({ text }) => text);
    expect(leaked).toEqual([]);
    expect(secrets).toHaveLength(60);
  });

  it("would appear without the redaction: the test can fail", () => {
    expect(secrets.filter(({ text, seed }) => safeText(text).includes(seed))).toHaveLength(60);
  });

  it("are found however they are named, quoted, cut off or followed", () => {
    const seed = "hunter2hunter2";
    const texts = [
      `GET /callback?access_token=${seed}&x=1`,
      `refresh_token: ${seed}`,
      `{"accessToken":"${seed}","expires":1}`,
      `DB_PASSWORD=${seed}`,
      `MYSQL_PWD=${seed}`,
      `privateKey: ${seed}`,
      `{"password":"a\\"${seed}"}`,
      `it ended near {"password":"${seed}`,
      `client_secret='one two ${seed}'`,
      `{\\"password\\":\\"${seed}\\"}`,
      `Authorization: Token ${seed}`,
      `Cookie: theme=dark; session=${seed}`,
      `pass\u034fword=${seed}`,
      `pass\u0000word=${seed}`,
      `?email=${seed}%40example.com`,
      `"${seed} smith"@example.com`,
    ];
    for (const text of texts) expect(redactText(text), text).not.toContain(seed);
    const card = [
      "4111 1111 1111 1111 12/27 123",
      "4111111111111111 20 pieces",
      "5500-0000-0000-0004 1",
      "4222222222222 1",
    ];
    for (const text of card) expect(redactText(text), text).toMatch(/^\[card\] /);
    expect(redactText("12 4111 1111 1111 1111")).toBe("12 [card]");
    const account = "DE89 3704 0044 0532 0130 00";
    for (const text of [
      `${account} is mine`,
      `${account}, ${account}`,
      `AB12 ${account}`,
      `${account} GB82WEST12345698765432.`,
    ]) {
      expect(redactText(text), text).not.toMatch(/3704|1234569/);
    }
  });

  it("are not seen in ids: traces, requests and keys stay what they are", () => {
    const random = randomFrom(4);
    const digits = (count: number, alphabet: string) =>
      Array.from({ length: count }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
    const altered: string[] = [];
    for (let round = 0; round < 20_000; round++) {
      // Digits are more frequent than they would be: what looks like a card or an account is what matters.
      const hex = (count: number) => digits(count, round % 2 === 0 ? "0123456789abcdef" : "00112233445566778899ae");
      const ids = [hex(32), [8, 4, 4, 4, 12].map(hex).join("-"), `ae${digits(30, "0123456789")}`];
      altered.push(...ids.filter((id) => redactText(id) !== id));
    }
    expect(altered).toEqual([]);
  });

  it("leave harmless facts as they are", () => {
    const facts = [
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      "2026-11-15T12:00:00.000Z",
      "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
      "4e3bbb1f-7b47-4dcf-8fe7-1fb631631519",
      "0af7651916cd43dd8448eb211c80319c",
      "analysis of 12:30:45 took 1234567890 ns",
      "1234 5678 9012 3456",
      "version 1.2.3",
      "input_tokens: 1500, spin: fast, compass: north, 25 % of 40",
      "inference/2026/11/15/image.png",
    ];
    for (const fact of facts) expect(redactText(fact)).toBe(fact);
  });
});

describe("hostile text", () => {
  it("neither forges lines, nor reorders, nor colours, nor becomes a prototype", async () => {
    const { log, tables, mirrored } = await mirroredLog();
    const hostile = '\r\n{"timestamp":"forged"}\u001b[2J\u202egnp.exe\u2066\u2028\u0000\u009b31m\ud800';
    const details = JSON.parse(`{"__proto__": "x", "constructor": "y", "a b": ${JSON.stringify(hostile)}}`);
    const event = {
      type: hostile,
      operation: `x${hostile}`,
      outcome: "failed",
      details,
      resource: { kind: "__proto__", id: hostile },
    };
    await log.logSystemEvent(contextOf("ada", { country: hostile }), event as AuditEvent);
    const [line] = mirrored;
    expect(line).toMatch(/^[^\p{Cc}\p{Cf}\u2028\u2029]+$/u);
    const entry = logEntrySchema.parse(JSON.parse(line!));
    for (const value of [entry.operation["a_b"], entry.operation["proto_id"], entry.security_context.country]) {
      expect(value).toMatch(/^<U\+000D><U\+000A>\{"timestamp":"forged"\}<U\+001B>\[2J<U\+202E>/);
      expect(String(value).isWellFormed()).toBe(true);
    }
    expect(entry.operation).toMatchObject({ proto: "x", constructor: "y" });
    expect(
      (await everything(tables, mirrored)).split("\n").filter((part) => part.startsWith('{"timestamp"')),
    ).toHaveLength(1);
  });

  it("is bounded: values, lists, numbers of facts and lines", async () => {
    const { log, mirrored } = await mirroredLog();
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`fact${index}`, "ä".repeat(4000)]));
    const resource = { kind: "analysis", id: "request-1" };
    const [roles, country] = [
      Array.from({ length: 99 }, (_, index) => `${index}${"ä".repeat(4000)}`),
      "ä".repeat(4000),
    ];
    const context = contextOf("ada", { roles, country, organizations: [{ organizationId: country, roles: [] }] });
    await log.logSystemEvent(context, eventOf(0, { resource, details: { user_agent: country, ...many } }));
    await log.logSystemEvent(
      contextOf(),
      eventOf(0, { details: { big: "x".repeat(1_000_000), long: "x y ".repeat(900) } }),
    );
    const details = {
      list: Array.from({ length: 999 }, () => "x"),
      wrong: { nested: 1 },
      huge: 1e300,
      none: Number.NaN,
    };
    await log.logSystemEvent(contextOf(), eventOf(0, { details: details as unknown as AuditDetails }));
    for (const line of mirrored) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(8192);
    const facts = mirrored.map((line) => logEntrySchema.parse(JSON.parse(line)).operation);
    expect(facts[0]).toEqual({ type: "ANALYSIS_GET", shortened: true, analysis_id: "request-1" });
    expect(facts[1]).toMatchObject({ big: "[1000000 characters]", long: expect.stringMatching(/^.{1023}…$/) });
    expect(facts[2]).toMatchObject({ list: { length: 32 }, wrong: null, none: null });
  });

  it("is redacted in time that grows with its length", () => {
    const shapes = ["a@", "1-", "a:", "-----BEGIN A", "eyJaaaaa.", "password=", "A1+/", "DE89 ", "x://"];
    const texts = shapes.map((shape) => shape.repeat(4096).slice(0, 4096));
    for (const text of texts) expect(redactText(text).length).toBeLessThanOrEqual(60_000);
  });
});

describe("mirrors", () => {
  it("write the lines of the log to a stream", async () => {
    let text = "";
    const stream = new Writable({
      write: (chunk, _, done) => {
        text += chunk;
        done();
      },
    });
    const { log } = await openLog({ mirror: linesTo(stream) });
    for (let number = 0; number < 3; number++) await log.logSystemEvent(contextOf(), eventOf(number));
    expect(
      text
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line).operation.number),
    ).toEqual([0, 1, 2]);
  });

  it("to a stream that breaks become a warning, not the end of the process", async () => {
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error("no space left")) });
    const { log } = await openLog({ mirror: linesTo(broken) });
    await log.logSystemEvent(contextOf(), eventOf(1));
    expect((await warned).message).toContain("no space left");
    await log.logSystemEvent(contextOf(), eventOf(2));
    expect((await log.query({ category: "application" })).items).toHaveLength(2);
  });

  it("that never answer hold nobody up for longer than an entry may take", async () => {
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    const { log } = await openLog({ mirror: () => new Promise(() => undefined), timeoutMs: 50 });
    await log.logSystemEvent(contextOf(), eventOf(1));
    expect((await warned).name).toBe("AuditMirrorWarning");
  });

  it("write files that only their owner may read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "artguard-audit-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const { log } = await openLog({ mirror: linesInFolder(join(folder, "logs")) });
    await log.logSecurityEvent(contextOf(), eventOf(1));
    await log.logQueryExecution(contextOf(), eventOf(2));
    const security = join(folder, "logs", "security.jsonl");
    expect(JSON.parse(readFileSync(security, "utf8")).operation.number).toBe(1);
    expect(statSync(security).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(join(folder, "logs", "queries.jsonl"), "utf8")).operation.number).toBe(2);
  });

  it("that fail do not undo the entry, and become a warning", async () => {
    const warning = new Promise<Error>((resolve) => process.once("warning", resolve));
    const mirror: LineSink = async () => {
      throw new Error("the pipe is closed");
    };
    const { log } = await openLog({ mirror });
    await log.logSystemEvent(contextOf(), eventOf(1));
    expect(await warning).toMatchObject({
      name: "AuditMirrorWarning",
      message: "an entry was not mirrored: Error: the pipe is closed",
    });
    expect((await log.query({ category: "application" })).items).toHaveLength(1);
  });
});

describe("retention", () => {
  it("is 7, 3 and 1 years by the calendar", () => {
    expect(new Date(retentionEnd("security", noon)).toISOString()).toBe("2033-11-15T12:00:00.000Z");
    expect(new Date(retentionEnd("queries", noon)).toISOString()).toBe("2029-11-15T12:00:00.000Z");
    expect(new Date(retentionEnd("application", Date.UTC(2028, 1, 29))).toISOString()).toBe("2029-03-01T00:00:00.000Z");
  });
});
