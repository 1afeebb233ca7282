import { ArtGuardError } from "../errors/artguard-error.ts";
import type { ImageInfo } from "./image-info.ts";

/** What a container's headers say; the part of {@link ImageInfo} that depends on the format. */
export type ContainerFacts = Pick<
  ImageInfo,
  "width" | "height" | "frames" | "orientation" | "metadata_bytes" | "has_exif" | "has_icc"
>;

/** Facts being gathered while a container is walked. */
export type GrowingFacts = { -readonly [Name in keyof ContainerFacts]: ContainerFacts[Name] };

/** The facts of a container of which nothing is known yet. */
export function emptyFacts(): GrowingFacts {
  return { width: 0, height: 0, frames: 1, orientation: 1, metadata_bytes: 0, has_exif: false, has_icc: false };
}

/** The error for headers that break their format. */
export function brokenHeader(message: string): ArtGuardError {
  return new ArtGuardError("image.undecodable", message);
}

/** A DataView on exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes as Latin-1 text; '' beyond the end. */
export function textAt(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + length));
}
