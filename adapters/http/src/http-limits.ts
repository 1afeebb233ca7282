/** How much the app takes in at a time. */
export interface HttpLimits {
  /** Bytes of an upload with everything around the file; default 24 MiB. */
  readonly uploadBytes: number;
  /** Bytes of the content of `/v1/uploads`, which is never in memory as a whole; default 200 MiB. Images have a limit of their own. */
  readonly largeUploadBytes: number;
  /** Bytes of any other body; default 64 KiB. */
  readonly bodyBytes: number;
  /** Bytes of all bodies that are held at the same time; default 256 MiB. Beyond it uploads are answered `http.busy`. */
  readonly heldBytes: number;
  /** Uploads that are analysed at the same time; default 4. */
  readonly working: number;
  /** Uploads that wait for their turn; default 64. Further ones are answered `http.busy`. */
  readonly waiting: number;
  /** Requests of one caller, with all of its credentials, in a minute; of one address without a credential. Default 600. */
  readonly perCallerPerMinute: number;
  /** Requests from one address (of IPv6: one /64) in a minute, whatever their credentials; default 6000. */
  readonly perAddressPerMinute: number;
  /** Anonymous sessions that begin from one address (of IPv6: one /64) in a day, each with the quota of the tier Free; default 5. */
  readonly anonymousPerAddressPerDay: number;
}

/** See {@link HttpLimits}. */
export const defaultHttpLimits: HttpLimits = {
  uploadBytes: 24 * 2 ** 20,
  largeUploadBytes: 200 * 2 ** 20,
  bodyBytes: 64 * 2 ** 10,
  heldBytes: 256 * 2 ** 20,
  working: 4,
  waiting: 64,
  perCallerPerMinute: 600,
  perAddressPerMinute: 6000,
  anonymousPerAddressPerDay: 5,
};
