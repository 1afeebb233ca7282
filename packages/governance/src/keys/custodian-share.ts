import { contextBytes } from "./key-context.ts";
import { openSealed, sealTo } from "./sealed-box.ts";
import { wiping } from "./secret-bytes.ts";

/** What somebody who holds a share needs to hand it over for one operation. */
export interface ShareRequest {
  readonly opening_id: string;
  /** The split that the share belongs to. */
  readonly ceremony_id: string;
  readonly holder: string;
  /** Base64: public key of this one operation. */
  readonly one_time_public_key: string;
  /** Base64: the holder's share, sealed to the holder; absent for the offline recovery set, which its holders keep. */
  readonly sealed_share?: string;
}

/** What a share at rest is bound to. */
export function shareInfo(ceremonyId: string, holder: string): Uint8Array {
  return contextBytes("share", { ceremony: ceremonyId, holder });
}

/** What a share handed over for one operation is bound to. */
export function submissionInfo(openingId: string, ceremonyId: string, holder: string): Uint8Array {
  return contextBytes("submitted-share", { opening: openingId, ceremony: ceremonyId, holder });
}

/**
 * Opens the holder's share and seals it again to the one-time key of the operation. Runs where the holder's private key
 * is, never on the platform. First check that what you approve names this operation and this one-time key.
 *
 * @param privateKey The holder's, DER of PKCS #8.
 * @param sealedShare Base64; default the one of the request.
 * @returns Base64, for `submitShare`.
 * @throws ArtGuardError `keys.unwrap-failed` when the share was sealed to another holder or for another split.
 * @example
 * const sealed = await resealShare(privateKey, shareRequest);
 */
export async function resealShare(
  privateKey: Uint8Array,
  request: ShareRequest,
  sealedShare = request.sealed_share ?? "",
): Promise<string> {
  const { opening_id, ceremony_id, holder, one_time_public_key } = request;
  const share = await openSealed(privateKey, Buffer.from(sealedShare, "base64"), shareInfo(ceremony_id, holder));
  return wiping([share], async () => {
    const info = submissionInfo(opening_id, ceremony_id, holder);
    return Buffer.from(await sealTo(Buffer.from(one_time_public_key, "base64"), share, info)).toString("base64");
  });
}
