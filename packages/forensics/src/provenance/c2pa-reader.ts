import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { ArtGuardError } from "@artguard/core";
import { type ContentCredentials, interpretManifestStore, withoutManifest } from "./content-credentials.ts";

type C2paModule = typeof import("@contentauth/c2pa-wasm");

/** The reader's default fetches an address that it takes from the image. */
const neverFetch = { remote_manifest_fetch: false };

let loaded: Promise<C2paModule> | undefined;
let instances = 0;

/** The module, instantiated when the first manifest is met: most images have none. */
function c2pa(): Promise<C2paModule> {
  loaded ??= instantiate();
  return loaded;
}

async function instantiate(): Promise<C2paModule> {
  const require = createRequire(import.meta.url);
  // A module is cached by its address, and with it an instance that may be broken.
  const address = pathToFileURL(require.resolve("@contentauth/c2pa-wasm"));
  address.searchParams.set("instance", String(instances++));
  const module: C2paModule = await import(address.href);
  module.initSync({ module: readFileSync(require.resolve("@contentauth/c2pa-wasm/c2pa.wasm")) });
  return module;
}

/** Options of `readContentCredentials`. */
export interface TrustOptions {
  /** Certificates (PEM, one after another) whose signatures are trusted; default none. */
  readonly trustAnchors?: string;
}

/**
 * Refuses trust anchors that are no certificates: a typing error must not look like a bad file.
 *
 * @throws ArtGuardError `analysis.invalid-input`
 * @example
 * assertTrustAnchors({ trustAnchors: await readFile("anchors.pem", "utf8") });
 */
export function assertTrustAnchors({ trustAnchors }: TrustOptions): void {
  if (trustAnchors === undefined) return;
  const certificates = trustAnchors.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
  try {
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch (error) {
    throw new ArtGuardError("analysis.invalid-input", "trustAnchors holds a certificate that cannot be read", {
      cause: error,
    });
  }
  if (certificates.length === 0)
    throw new ArtGuardError("analysis.invalid-input", "trustAnchors holds no certificate in PEM form");
}

/**
 * Validates the C2PA manifest of a file, without opening any connection.
 *
 * @param mediaType What the bytes are; undefined for a container that cannot carry a manifest.
 * @param manifestUrl Where the file says that its manifest is (XMP dcterms:provenance).
 */
export async function readContentCredentials(
  bytes: Uint8Array,
  mediaType: string | undefined,
  manifestUrl: string | undefined,
  { trustAnchors }: TrustOptions = {},
): Promise<ContentCredentials> {
  if (mediaType === undefined || !mayHoldManifest(bytes, mediaType))
    return manifestUrl === undefined ? withoutManifest("absent") : withoutManifest("remote-only", manifestUrl);
  const settings = {
    verify: neverFetch,
    ...(trustAnchors !== undefined && { trust: { trust_anchors: trustAnchors } }),
  };
  const module = await c2pa();
  try {
    const reader = await module.WasmReader.fromBytes(mediaType, bytes, JSON.stringify(settings));
    try {
      return interpretManifestStore(await reader.json());
    } finally {
      reader.free();
    }
  } catch (error) {
    // After a trap the instance is not to be trusted any more.
    if (error instanceof Error && error.name === "RuntimeError") loaded = undefined;
    return refused(String(error), manifestUrl);
  }
}

/** Manifests are JUMBF boxes; in SVG they are Base64 in an element of their own. */
function mayHoldManifest(bytes: Uint8Array, mediaType: string): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return file.includes(mediaType === "image/svg+xml" ? "c2pa:manifest" : "jumb", 0, "latin1");
}

/** By the reader's own error names. */
function refused(message: string, manifestUrl: string | undefined): ContentCredentials {
  const [, url] = /RemoteManifestUrl\(?"?([^")]*)/.exec(message) ?? [];
  if (url !== undefined) return withoutManifest("remote-only", url || (manifestUrl ?? null));
  if (/JumbfNotFound/.test(message))
    return manifestUrl === undefined ? withoutManifest("absent") : withoutManifest("remote-only", manifestUrl);
  return withoutManifest(/UnknownAlgorithm/.test(message) ? "unsupported" : "malformed");
}
