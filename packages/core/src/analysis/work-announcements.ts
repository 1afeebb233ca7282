/**
 * Announcements of submitted analyses: hints for workers which one to look at. Whether there is work is said by the records
 * alone, so that an announcement may come twice, late or never.
 */
export interface WorkAnnouncements {
  /**
   * Tells whoever receives that an analysis waits.
   *
   * @throws ArtGuardError `queue.*`
   */
  announce(requestId: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /**
   * Takes announcements, and waits for the first one where there is none. Nobody else gets them while they are hidden.
   *
   * @returns none when the wait was in vain.
   * @throws ArtGuardError `queue.*`; the reason of a signal that has fired.
   */
  receive(options: ReceiveOptions): Promise<readonly WorkAnnouncement[]>;
}

/** How announcements are received. */
export interface ReceiveOptions {
  /** At most so many, from 1 on; there may be fewer although more are there. */
  readonly most: number;
  /** Longest wait in milliseconds; implementations may round it up to a second and cap it at 20 s. */
  readonly waitMs: number;
  /** Milliseconds for which others do not get them; may be rounded up to a second. */
  readonly hideMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** One announcement that was received. It comes again, to anybody, unless it is removed. */
export interface WorkAnnouncement {
  /** Undefined in a message that names no analysis. */
  readonly requestId: string | undefined;
  /** Hides it for so many milliseconds from now; 0 gives it back at once. @throws ArtGuardError `queue.*` */
  hide(ms: number): Promise<void>;
  /** Takes it away for good. @throws ArtGuardError `queue.*` */
  remove(): Promise<void>;
}
