import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:net";
import { canRunMoto, type MotoServer, startMoto } from "@artguard/development-servers/moto";
import { LocalKeyring, openLocalKeyring } from "@artguard/governance";
import { kmsKeyProvider } from "@artguard/governance/kms";
import { keyProviderContract } from "@artguard/governance/testing";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../core/test/fixtures/temporary-folder.ts";
import { EntityKeyUnwrapper, newKeyPair } from "../../src/keys/entity-key-pair.ts";
import { testKeyring } from "../fixtures/custody.ts";

const context = { owner: "museum-1" };

keyProviderContract({ describe, it }, "LocalKeyring", { create: testKeyring });
keyProviderContract({ describe, it }, "an entity's X25519 pair", { create: () => openPair("x25519") });
// Made once: two pairs take seconds each.
const rsaPairs = [openPair("rsa-4096"), openPair("rsa-4096")];
keyProviderContract({ describe, it }, "an entity's RSA-4096 pair", {
  create: async () => {
    const pair = rsaPairs.shift()!;
    rsaPairs.push(pair);
    return pair;
  },
});

async function openPair(algorithm: "x25519" | "rsa-4096") {
  const { publicKey, privateKey } = await newKeyPair(algorithm);
  return new EntityKeyUnwrapper({ pair_id: "pair-1", algorithm, publicKey }, privateKey);
}

describe("LocalKeyring", () => {
  const secret = { key: new Uint8Array(randomBytes(32)) };

  it("keeps its keys in a file that only its owner may read, and nothing else beside it", async () => {
    const folder = temporaryFolder();
    (await openLocalKeyring({ file: `${folder}/keyring`, secret }))[Symbol.dispose]();
    expect(((await stat(`${folder}/keyring`)).mode & 0o777).toString(8)).toBe("600");
    expect(await readdir(folder)).toEqual(["keyring"]);
  });

  it("opens again by the same secret only", async () => {
    const file = `${temporaryFolder()}/keyring`;
    const wrapped = await (await openLocalKeyring({ file, secret })).wrap(new Uint8Array([1, 2, 3]), context);
    expect(await (await openLocalKeyring({ file, secret })).unwrap(wrapped, context)).toEqual(
      new Uint8Array([1, 2, 3]),
    );
    const other = { key: new Uint8Array(randomBytes(32)) };
    await expect(openLocalKeyring({ file, secret: other })).rejects.toMatchObject({ code: "keys.unwrap-failed" });
    await expect(openLocalKeyring({ file, secret: { key: new Uint8Array(16) } })).rejects.toMatchObject({
      code: "keys.invalid-input",
    });
    const passphrase = new TextEncoder().encode("correct horse");
    await expect(openLocalKeyring({ file, secret: { passphrase } })).rejects.toMatchObject({
      code: "keys.unwrap-failed",
    });
  });

  it("opens by a passphrase", async () => {
    const file = `${temporaryFolder()}/keyring`;
    const passphrase = new TextEncoder().encode("correct horse battery staple");
    const options = { file, secret: { passphrase }, scryptCost: 1024 };
    const wrapped = await (await openLocalKeyring(options)).wrap(new Uint8Array([4]), context);
    expect(await (await openLocalKeyring(options)).unwrap(wrapped, context)).toEqual(new Uint8Array([4]));
    const wrong = { ...options, secret: { passphrase: new TextEncoder().encode("Correct horse battery staple") } };
    await expect(openLocalKeyring(wrong)).rejects.toMatchObject({ code: "keys.unwrap-failed" });
  });

  it("takes no passphrase that is hardly one, and no cost that scrypt or a later reader would refuse", async () => {
    const file = `${temporaryFolder()}/keyring`;
    const passphrase = new TextEncoder().encode("correct horse battery staple");
    const refused = [
      { secret: { passphrase: new Uint8Array() } },
      { secret: { passphrase: new TextEncoder().encode("1234567") } },
      { secret: { passphrase }, scryptCost: 100_000 },
      { secret: { passphrase }, scryptCost: 2 ** 21 },
    ];
    for (const options of refused) {
      await expect(openLocalKeyring({ file, ...options })).rejects.toMatchObject({ code: "keys.invalid-input" });
    }
    await openLocalKeyring({ file, secret: { passphrase }, scryptCost: 1024 });
  });

  it("wraps by a new key after a rotation, while other processes and old keys go on working", async () => {
    const file = `${temporaryFolder()}/keyring`;
    const [mine, theirs] = [await openLocalKeyring({ file, secret }), await openLocalKeyring({ file, secret })];
    const before = await theirs.wrap(new Uint8Array([1]), context);
    const rotated = await mine.rotate();
    const after = await mine.wrap(new Uint8Array([2]), context);
    expect([after.key_id, mine.currentKeyId]).toEqual([rotated, rotated]);
    expect(before.key_id).not.toBe(rotated);
    expect(await mine.unwrap(before, context)).toEqual(new Uint8Array([1]));
    expect(await theirs.unwrap(after, context)).toEqual(new Uint8Array([2]));
    expect(theirs.currentKeyId).toBe(rotated);
    expect(((await stat(file)).mode & 0o777).toString(8)).toBe("600");
  });

  it("loses no key when many rotate at once: some are told to try again", async () => {
    const file = `${temporaryFolder()}/keyring`;
    const rings = await Promise.all(Array.from({ length: 8 }, () => openLocalKeyring({ file, secret })));
    const results = await Promise.allSettled(rings.map((ring) => ring.rotate()));
    const made = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const reasons = results.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
    expect(made.length).toBeGreaterThan(0);
    expect(reasons.every((code) => code === "keys.file-locked")).toBe(true);
    const ids = JSON.parse(await readFile(file, "utf8")).keys.map(({ key_id }: { key_id: string }) => key_id);
    expect(ids).toEqual(expect.arrayContaining(made));
    expect(ids.length).toBe(made.length + 1);
  });

  it("refuses a file that others may read, one that is damaged, and a key that was moved in it", async () => {
    const file = `${temporaryFolder()}/keyring`;
    const ring = await openLocalKeyring({ file, secret });
    await ring.rotate();
    await chmod(file, 0o640);
    await expect(openLocalKeyring({ file, secret })).rejects.toMatchObject({ code: "keys.file-exposed" });
    await chmod(file, 0o600);
    const content = JSON.parse(await readFile(file, "utf8"));
    [content.keys[0].sealed, content.keys[1].sealed] = [content.keys[1].sealed, content.keys[0].sealed];
    await writeFile(file, JSON.stringify(content));
    await expect(openLocalKeyring({ file, secret })).rejects.toMatchObject({ code: "keys.unwrap-failed" });
    await writeFile(file, "{}");
    await expect(openLocalKeyring({ file, secret })).rejects.toMatchObject({ code: "keys.file-damaged" });
  });

  it("says so when the wrapping key is not in it, and when it was disposed", async () => {
    const ring = await openLocalKeyring({ file: `${temporaryFolder()}/keyring`, secret });
    const wrapped = await ring.wrap(new Uint8Array([1]), context);
    const unknown = { ...wrapped, key_id: "0".repeat(16) };
    await expect(ring.unwrap(unknown, context)).rejects.toMatchObject({ code: "keys.unknown-key" });
    expect(ring).toBeInstanceOf(LocalKeyring);
    ring[Symbol.dispose]();
    await expect(ring.wrap(new Uint8Array([1]), context)).rejects.toMatchObject({ code: "keys.unknown-key" });
  });
});

describe.skipIf(!canRunMoto())("KmsKeyProvider on moto", () => {
  let server: MotoServer;
  let client: KMSClient;
  beforeAll(async () => {
    server = await startMoto();
    client = new KMSClient(server.clientConfig);
  }, 600_000);
  afterAll(() => server[Symbol.asyncDispose]());

  async function newKey(): Promise<string> {
    return (await client.send(new CreateKeyCommand({}))).KeyMetadata!.KeyId!;
  }

  keyProviderContract({ describe, it }, "KmsKeyProvider", {
    create: async () => kmsKeyProvider({ keyId: await newKey(), clientConfig: server.clientConfig }),
  });

  it("says so when the key does not exist", async () => {
    const missing = kmsKeyProvider({
      keyId: "12345678-1234-1234-1234-123456789012",
      clientConfig: server.clientConfig,
    });
    await expect(missing.wrap(new Uint8Array([1]), context)).rejects.toMatchObject({ code: "keys.unknown-key" });
  });
});

describe("KmsKeyProvider", () => {
  it.each([
    ["AccessDeniedException", 400, "keys.access-denied"],
    ["DisabledException", 400, "keys.unknown-key"],
    ["IncorrectKeyException", 400, "keys.unwrap-failed"],
    ["InvalidCiphertextException", 400, "keys.unwrap-failed"],
    ["KMSInternalException", 500, "keys.unavailable"],
    ["ThrottlingException", 400, "keys.unavailable"],
  ])("turns %s into a code of ours", async (name, status, code) => {
    const refusing = createHttpServer((_, response) => {
      response
        .writeHead(status, { "content-type": "application/x-amz-json-1.1" })
        .end(JSON.stringify({ __type: name }));
    });
    const clientConfig = await configOf(refusing.listen(0, "127.0.0.1"));
    try {
      const provider = kmsKeyProvider({ keyId: "k", clientConfig });
      const wrapped = { provider: "kms", key_id: "k", ciphertext: "AAAA" };
      await expect(provider.unwrap(wrapped, context)).rejects.toMatchObject({ code });
    } finally {
      refusing.close();
    }
  });
});

async function configOf(server: Server) {
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return { endpoint: `http://127.0.0.1:${address.port}`, region: "us-east-1", credentials };
}

describe("KmsKeyProvider against a server that does not answer", () => {
  it("gives up at its deadline, and at once when the caller's signal fires", async () => {
    const silent = createServer();
    const clientConfig = await configOf(silent.listen(0, "127.0.0.1"));
    try {
      const late = kmsKeyProvider({ keyId: "k", clientConfig, timeoutMs: 50 });
      await expect(late.wrap(new Uint8Array([1]), context)).rejects.toMatchObject({ code: "keys.timed-out" });
      const signal = AbortSignal.abort(new Error("stopped"));
      const patient = kmsKeyProvider({ keyId: "k", clientConfig });
      await expect(patient.wrap(new Uint8Array([1]), context, { signal })).rejects.toThrow("stopped");
      const refused = kmsKeyProvider({ keyId: "k", clientConfig: { ...clientConfig, endpoint: "http://127.0.0.1:1" } });
      await expect(refused.wrap(new Uint8Array([1]), context)).rejects.toMatchObject({ code: "keys.unavailable" });
    } finally {
      silent.close();
    }
  });
});
