import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MemoryObjectStore, MemoryTableStore } from "@artguard/core";
import {
  type AuditLog,
  defineKeyTable,
  encryptedObjects,
  newSealingKeys,
  openEntityKeys,
  openLocalKeyring,
  resealShare,
  type SecurityContext,
} from "@artguard/governance";
import { platformShareContext } from "../../src/keys/ceremony.ts";
import { shareInfo } from "../../src/keys/custodian-share.ts";
import { combineShares } from "../../src/keys/key-shares.ts";
import { ceremonyItemSchema, entityPartition, itemId } from "../../src/keys/key-table.ts";
import { openSealed } from "../../src/keys/sealed-box.ts";

/**
 * Makes, uses and purges split keys, then looks for their bytes in this process's own memory. Prints how many copies of
 * each it found. The scan knows them backwards only: a needle would find itself.
 *
 * `keep` as argument: the operation keeps a copy of the private key, as a mutant would.
 */
const [algorithm = "x25519", mode = "wipe"] = process.argv.slice(2);
const kept: Uint8Array[] = [];
const backwards = new Map<string, Uint8Array>();

function remember(name: string, secret: Uint8Array, from = 0): void {
  const reversed = new Uint8Array(32);
  for (let at = 0; at < 32; at++) reversed[31 - at] = secret[from + at]!;
  backwards.set(name, reversed);
}

const quiet = async () => undefined;
const audit: AuditLog = {
  logSecurityEvent: quiet,
  logDataAccess: quiet,
  logQueryExecution: quiet,
  logSystemEvent: quiet,
  logCustodianApproval: quiet,
};
const context: SecurityContext = {
  principal: { kind: "local", id: "local" },
  organizations: [],
  roles: [],
  permissions: [],
  traceId: "0".repeat(32),
  authentication: { method: "local", strength: "none" },
};

async function useKeys(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "artguard-memory-"));
  const provider = await openLocalKeyring({ file: join(folder, "keyring"), secret: { key: randomBytes(32) } });
  rmSync(folder, { recursive: true });
  const tables = new MemoryTableStore();
  const keys = await openEntityKeys({ tables, provider, audit, approvals: { assertApproved: quiet, consume: quiet } });
  const custodians = [
    { id: "ana", ...(await newSealingKeys()) },
    { id: "ben", ...(await newSealingKeys()) },
  ] as const;
  const [ana, ben] = custodians;
  await keys.create(context, {
    entityId: "e",
    protection: "tripartite",
    algorithm: algorithm === "rsa-4096" ? "rsa-4096" : "x25519",
    custodians: [
      { id: "ana", sealingKey: ana.publicKey },
      { id: "ben", sealingKey: ben.publicKey },
    ],
  });
  const inner = new MemoryObjectStore();
  const options = { bucket: "raw", contextOf: () => ({ owner: "e", purpose: "evidence" }) };
  await encryptedObjects(inner, keys.dataKeys, options).put("a", randomBytes(100_000));

  const opening = await keys.requestOpening(context, { entityId: "e", operation: "x", purpose: "use" });
  for (const { id: holder, privateKey } of custodians) {
    const request = opening.share_requests.find((each) => each.holder === holder)!;
    const sealed = await resealShare(privateKey, request);
    const { opening_id: openingId } = opening;
    await keys.submitShare(context, { entityId: "e", openingId, approvalId: "a", holder, sealed });
  }
  await keys.withKey(context, { entityId: "e", openingId: opening.opening_id, approvalId: "a" }, async (key) => {
    remember("private key", key.privateKey, key.privateKey.length - 32);
    if (mode === "keep") kept.push(Uint8Array.from(key.privateKey));
    await encryptedObjects(inner, key.dataKeys, options).get("a");
    const table = await tables.open(defineKeyTable());
    const { items } = await table.query({ partition: entityPartition("e"), sort: { beginsWith: itemId.dataKey("") } });
    const dataKey = await key.dataKeys.open(items[0]!.id.slice(itemId.dataKey("").length), "e");
    remember("data key", dataKey);
    dataKey.fill(0);
  });

  const table = await tables.open(defineKeyTable());
  const { items } = await table.query({ partition: entityPartition("e"), sort: { beginsWith: itemId.ceremony("") } });
  const ceremony = ceremonyItemSchema.parse(items[0]);
  const { ceremony_id: ceremonyId } = ceremony;
  const platform = await provider.unwrap(ceremony.platform_share, platformShareContext("e", ceremonyId));
  const shares = [{ holder: "platform", ceremonyId, bytes: platform }];
  for (const { custodian_id: holder, sealed } of ceremony.custodian_shares) {
    const { privateKey } = custodians.find(({ id }) => id === holder)!;
    const bytes = await openSealed(privateKey, Buffer.from(sealed, "base64"), shareInfo(ceremonyId, holder));
    shares.push({ holder, ceremonyId, bytes });
  }
  for (const { holder, bytes } of shares) remember(`share of ${holder}`, bytes);
  const splitKey = await combineShares(ceremony.custody, shares);
  remember("split key", splitKey);
  for (const secret of [splitKey, ...shares.map(({ bytes }) => bytes)]) secret.fill(0);
  provider[Symbol.dispose]();
}

/** Copies of each secret in the writable memory of this process. */
function found(): Record<string, number> {
  const counts = Object.fromEntries([...backwards.keys()].map((name) => [name, 0]));
  const needles = [...backwards];
  const firsts = new Uint8Array(256);
  for (const [, reversed] of needles) firsts[reversed[31]!] = 1;
  const piece = new Uint8Array(1 << 20);
  const memory = openSync("/proc/self/mem", "r");
  for (const line of readFileSync("/proc/self/maps", "utf8").split("\n")) {
    const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
    if (start === undefined || end === undefined) continue;
    // Pieces overlap by a needle's length less one byte.
    for (let at = BigInt(`0x${start}`); at < BigInt(`0x${end}`); at += BigInt(piece.length - 31)) {
      const length = Number(BigInt(`0x${end}`) - at);
      let bytes: number;
      try {
        bytes = readSync(memory, piece, 0, Math.min(piece.length, length), at);
      } catch {
        // A region that is gone by now, or that the kernel does not show.
        break;
      }
      for (let index = 0; index + 32 <= bytes; index++) {
        if (firsts[piece[index]!] === 0) continue;
        for (const [name, reversed] of needles) {
          let matched = 0;
          while (matched < 32 && piece[index + matched] === reversed[31 - matched]) matched++;
          if (matched === 32) counts[name] = (counts[name] ?? 0) + 1;
        }
      }
    }
  }
  closeSync(memory);
  return counts;
}

await useKeys();
let counts: Record<string, number> = {};
// What OpenSSL holds for an object of JavaScript it wipes when that is collected, which may take more than one round.
for (let round = 0; round < 3; round++) {
  for (let collection = 0; collection < 5; collection++) {
    globalThis.gc?.();
    await sleep(20);
  }
  counts = found();
  if (Object.values(counts).every((count) => count === 0)) break;
}
console.log(JSON.stringify({ counts, kept: kept.length }));
