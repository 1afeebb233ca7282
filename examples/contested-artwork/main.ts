// A painting is contested. Its owner keeps the evidence, an insurer wants the court's laboratory to see it, two notaries
// decide. Every step is asserted, also what must not work; a failure ends the program with a status other than 0.
import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join as path } from "node:path";
import { epochMillisecondsSchema, isArtGuardError } from "@artguard/core";
import { sqlite } from "@artguard/core/sqlite";
import {
  encryptedObjects,
  localContext,
  newSealingKeys,
  openEvidence,
  readFolderKeys,
  verifyAudit,
} from "@artguard/governance";
import { newCustodian } from "./custodian.ts";
import { join, openInstallation, setUp } from "./installation.ts";
import { filesBelow, filesWith, withFlippedByte } from "./traces.ts";

const folder = await mkdtemp(path(tmpdir(), "artguard-contested-artwork-"));
let step = 0;
const tell = (text: string) => console.log(`${String(++step).padStart(2)}. ${text}`);
/** Asserts that something is refused, and why. */
async function refused(work: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(isArtGuardError(error), String(error));
    assert.equal(error.code, code);
    return true;
  });
}

try {
  await story();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function story() {
  const image = await readFile(new URL("../images/spliced.jpg", import.meta.url));
  const store = path(folder, "store");
  const installation = await openInstallation(store);
  const { governance } = installation;
  const { run, core, evidence, approval, audit } = governance;
  const [ada, ines] = [await join(installation, "ada"), await join(installation, "ines")];
  const [ana, ben] = [await newCustodian("ana"), await newCustodian("ben")];
  const [anasToken, bensToken] = [await join(installation, "ana"), await join(installation, "ben")];
  await setUp(installation, "ada", [ana, ben]);
  tell("Ada owns a painting. Two notaries, Ana and Ben, guard the key to her evidence.");

  const consent = {
    purpose: "image_storage",
    policy_version: "2026-01",
    granted_at: epochMillisecondsSchema.parse(Date.now()),
  } as const;
  const analysis = await run(
    core.analysis.create,
    { bytes: image, filename: "painting.jpg", saveImage: true, consent },
    { credential: ada },
  );
  const { request_id: requestId } = analysis;
  assert.ok(analysis.image_object);
  assert.notEqual(analysis.verdict, "AUTHENTIC");
  tell(`She has a photograph of it examined: ${analysis.verdict}. The image is stored, encrypted.`);

  assert.deepEqual(await filesWith(image, store), []);
  await refused(run(core.analysis.reanalyze, { requestId }, { credential: ada }), "keys.approval-required");
  await refused(governance.artguard.reanalyze(requestId), "keys.approval-required");
  tell("No file on the disk holds a piece of the image, and the platform alone cannot open it.");

  const asInes = { credential: ines };
  await refused(run(core.analysis.read, { requestId }, asInes), "analysis.not-found");
  const share = { resource: { kind: "analysis", id: requestId }, grantee: { kind: "user", id: "ines" } } as const;
  const mayRelease = { ...share, permission: "analysis.release" };
  await run(core.grant.create, { ...share, permission: "analysis.read" }, { credential: ada });
  await run(core.grant.create, mayRelease, { credential: ada });
  assert.equal((await run(core.analysis.read, { requestId }, asInes)).verdict, analysis.verdict);
  await refused(run(core.analysis.delete, { requestId }, asInes), "analysis.not-found");
  tell("Ines, of the insurance, saw nothing; Ada shares the result. Ines can read it and not delete it.");

  const court = await newSealingKeys();
  const recipient = { id: "court-laboratory", sealing_key: Buffer.from(court.publicKey).toString("base64") };
  const requested = await run(evidence.requestRelease, { requestId, recipient, reason: "case 17/2026" }, asInes);
  const name = { approvalId: requested.approval_id, openingId: requested.opening_id };
  const release = (more = {}) => run(evidence.release, { requestId, recipient, ...name, ...more }, asInes);
  await refused(release(), "keys.opening-incomplete");
  await refused(ana.handOver(governance, name, anasToken), "approvals.incomplete");
  await refused(run(approval.challenge, { approvalId: name.approvalId }, asInes), "access.denied");
  tell("Ines asks for a copy for the court's laboratory. Nobody has approved: no bytes, and no share is taken.");

  await ana.approve(governance, name, anasToken);
  await refused(release(), "keys.opening-incomplete");
  await refused(ana.handOver(governance, name, anasToken), "approvals.incomplete");
  await refused(ana.approve(governance, name, anasToken), "approvals.already-decided");
  await ben.approve(governance, name, bensToken);
  await refused(release(), "keys.opening-incomplete");
  await ana.handOver(governance, name, anasToken);
  await refused(release(), "keys.opening-incomplete");
  await ben.handOver(governance, name, bensToken);
  tell("Ana approves: not enough. Ben approves, and both hand over their shares for this one release.");

  const other = { id: "a-newspaper", sealing_key: recipient.sealing_key };
  await refused(release({ recipient: other }), "keys.other-request");
  await run(core.grant.revoke, mayRelease, { credential: ada });
  await refused(release(), "analysis.not-found");
  await run(core.grant.create, mayRelease, { credential: ada });
  tell("For another recipient it is refused, and also while Ada has taken her permission back.");

  const sealed = await release();
  assert.ok(!Buffer.from(sealed.sealed).includes(image.subarray(1000, 1032)));
  await refused(openEvidence((await newSealingKeys()).privateKey, sealed), "keys.unwrap-failed");
  assert.deepEqual(Buffer.from(await openEvidence(court.privateKey, sealed)), image);
  await refused(release(), "keys.not-found");
  await refused(run(core.analysis.reanalyze, { requestId }, { credential: ada }), "keys.approval-required");
  assert.deepEqual(await filesWith(image, store), []);
  tell("The laboratory, and nobody else, opens its copy. The key is gone again, and a second copy is refused.");

  const trail = await audit.query({ category: "security", order: "oldest_first", limit: 1000 });
  const types = trail.items.map(({ entry }) => entry.event_type);
  const steps = [
    "KEY_OPENING_REQUESTED",
    "APPROVAL_REQUESTED",
    "APPROVAL_DECIDED",
    "KEY_SHARE_SUBMITTED",
    "APPROVAL_CONSUMED",
    "KEY_OPENED",
    "EVIDENCE_SEALED",
    "KEY_PURGED",
    "EVIDENCE_RELEASE",
  ];
  const places = steps.map((type) => types.lastIndexOf(type));
  assert.ok(
    places.every((place, n) => place >= 0 && (n === 0 || place > places[n - 1]!)),
    types.join(" "),
  );
  assert.equal(types.filter((type) => type === "KEY_OPENED").length, 1);
  const checkpoint = await audit.checkpoint();
  assert.deepEqual((await audit.verify({ checkpoint })).findings, []);
  tell(`The audit log has every step (${types.length} entries) and verifies against a checkpoint kept elsewhere.`);

  const objects = (await filesBelow(path(store, "objects"))).filter((file) => file.includes(requestId));
  const backup = path(folder, "backup");
  await mkdir(backup);
  for (const [n, file] of objects.entries()) await copyFile(file, path(backup, String(n)));
  const receipt = await run(core.user.erase, {}, { credential: ada });
  assert.equal(receipt.erased.analyses, 1);
  for (const [n, file] of objects.entries()) {
    await mkdir(dirname(file), { recursive: true });
    await copyFile(path(backup, String(n)), file);
  }
  const contextOf = () => ({ owner: "ada", purpose: "analysis" });
  for (const keys of [governance.keys.dataKeys, governance.keys.platformDataKeys]) {
    const stored = encryptedObjects(installation.place.objects, keys, { bucket: "raw", contextOf });
    await refused(stored.get(analysis.image_object.key), "keys.shredded");
  }
  const opening = { entityId: "ada", operation: "evidence.release", purpose: "use" } as const;
  await refused(governance.keys.requestOpening(localContext(), opening), "keys.shredded");
  await refused(run(core.user.read, {}, { credential: ada }), "identity.revoked");
  assert.deepEqual(await filesWith(image, folder), []);
  tell("Ada has herself erased. A backup of the stored object comes back, and nobody can open it any more.");

  assert.deepEqual((await audit.verify({ checkpoint })).findings, []);
  await installation.close();
  const verifierKey = (await readFolderKeys(store))?.audit_verifier_key ?? "";
  const forged = path(folder, "forged.db");
  await withFlippedByte(path(store, "artguard.db"), forged, String.raw`"event_type\":\"EVIDENCE_SEALED`);
  const tables = await sqlite({ path: forged });
  const report = await verifyAudit({ tables, verifierKey, checkpoint });
  await tables[Symbol.asyncDispose]();
  assert.equal(report.ok, false);
  tell(`The log still verifies; with one bit of it flipped it does not: ${report.findings[0]?.message}.`);
}
