import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type ErrorCode, isArtGuardError } from "@artguard/core";
import type { TestRunner } from "@artguard/core/testing";
import type { KeyProvider, WrappedKey } from "../keys/key-provider.ts";

/** How the suite makes the provider under test. */
export interface KeyProviderContractSetup {
  /** A provider with a key of its own. */
  create(): Promise<KeyProvider>;
}

const context = { owner: "museum-1", data_key: "d1" };

async function refuses(code: ErrorCode, action: Promise<unknown>): Promise<void> {
  await assert.rejects(action, (error) => isArtGuardError(error, code));
}

function altered(wrapped: WrappedKey, byte: number): WrappedKey {
  const bytes = Buffer.from(wrapped.ciphertext, "base64");
  bytes[byte] = (bytes[byte] ?? 0) ^ 1;
  return { ...wrapped, ciphertext: bytes.toString("base64") };
}

/**
 * What every `KeyProvider` that can unwrap promises; run it on each implementation.
 *
 * @example
 * import { describe, it } from "node:test";
 *
 * keyProviderContract({ describe, it }, "my provider", keyProviderSetup);
 */
export function keyProviderContract({ describe, it }: TestRunner, name: string, setup: KeyProviderContractSetup): void {
  describe(`KeyProvider contract: ${name}`, () => {
    it("gives back the key that it wrapped, and wraps it differently each time", async () => {
      const provider = await setup.create();
      for (const size of [1, 32, 256]) {
        const key = new Uint8Array(randomBytes(size));
        const wrapped = await provider.wrap(key, context);
        assert.deepEqual(await provider.unwrap(wrapped, context), key);
        assert.notEqual((await provider.wrap(key, context)).ciphertext, wrapped.ciphertext);
        if (size > 1) assert.ok(!Buffer.from(wrapped.ciphertext, "base64").includes(Buffer.from(key)));
      }
    });

    it("leaves the caller's bytes alone", async () => {
      const provider = await setup.create();
      const key = new Uint8Array(32).fill(7);
      const wrapped = await provider.wrap(key, context);
      (await provider.unwrap(wrapped, context)).fill(0);
      assert.deepEqual(key, new Uint8Array(32).fill(7));
      assert.deepEqual(await provider.unwrap(wrapped, context), key);
    });

    it("does not unwrap under another context", async () => {
      const provider = await setup.create();
      const wrapped = await provider.wrap(randomBytes(32), context);
      for (const other of [{ ...context, owner: "museum-2" }, { owner: "museum-1" }, { ...context, more: "x" }]) {
        await refuses("keys.unwrap-failed", provider.unwrap(wrapped, other));
      }
    });

    it("does not unwrap an altered or foreign ciphertext", async () => {
      const provider = await setup.create();
      const wrapped = await provider.wrap(randomBytes(32), context);
      const { length } = Buffer.from(wrapped.ciphertext, "base64");
      const [middle, last] = [Math.floor(length / 2), length - 1];
      for (const byte of [middle, last])
        await refuses("keys.unwrap-failed", provider.unwrap(altered(wrapped, byte), context));
      await refuses("keys.unwrap-failed", provider.unwrap({ ...wrapped, provider: "other" }, context));
      await refuses("keys.unwrap-failed", provider.unwrap({ ...wrapped, ciphertext: "AAAA" }, context));
    });

    it("does not unwrap what another key wrapped", async () => {
      const [provider, other] = [await setup.create(), await setup.create()];
      const wrapped = await other.wrap(randomBytes(32), context);
      const { key_id } = await provider.wrap(randomBytes(32), context);
      // A service may refuse a key that it does not let this caller use before it looks at the ciphertext.
      await assert.rejects(
        provider.unwrap({ ...wrapped, key_id }, context),
        (error) => isArtGuardError(error, "keys.unwrap-failed") || isArtGuardError(error, "keys.access-denied"),
      );
    });

    it("refuses keys that not every provider can wrap", async () => {
      const provider = await setup.create();
      for (const size of [0, 257]) await refuses("keys.invalid-input", provider.wrap(new Uint8Array(size), context));
    });
  });
}
