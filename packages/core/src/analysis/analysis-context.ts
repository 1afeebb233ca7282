import type { Detector } from "../detection/detector.ts";
import type { VerdictPolicy } from "../fusion/policy.ts";
import type { Examiner } from "../image/examiner.ts";
import type { ImageLimits } from "../image/image-limits.ts";
import type { Language } from "../vision/explanation.ts";
import type { AdmissionGate } from "./admission.ts";
import type { AnalysisRepository } from "./analysis-repository.ts";
import type { AnnouncementFailure } from "./announce-work.ts";
import type { CloudParts } from "./cloud-parts.ts";
import type { OpenWorkQueue } from "./open-work-queue.ts";
import type { SavedImages } from "./saved-images.ts";
import type { StoredUploads } from "./stored-uploads.ts";
import type { WorkAnnouncements } from "./work-announcements.ts";

/** Where records, open work and images are, and who may begin there. */
export interface AnalysisStorage {
  readonly repository: AnalysisRepository;
  readonly queue: OpenWorkQueue;
  readonly images: SavedImages;
  /** Undefined where there is no table of users. */
  readonly uploads: StoredUploads | undefined;
  /** Undefined: every analysis may begin. */
  readonly admission: AdmissionGate | undefined;
}

/** How long images and records exist. */
export interface Retention {
  /** Days for which a saved image exists, more than 0 and at most 30; default 30. */
  readonly imageDays?: number;
  /** Days for which a record exists, with its image; default for ever. */
  readonly recordDays?: number;
}

/** What the use cases work with; assembled by `createArtGuard`. */
export interface AnalysisContext {
  readonly detectors: readonly Detector[];
  readonly cloud: CloudParts;
  /** Of explanations. */
  readonly language: Language;
  /** Milliseconds after which explaining begins with the evidence that is there; undefined: half of the deadline. */
  readonly evidenceBudgetMs: number | undefined;
  readonly examiner: Examiner;
  /** Where submitted analyses are announced; undefined: nowhere. */
  readonly announcements: Pick<WorkAnnouncements, "announce"> | undefined;
  readonly onAnnouncementFailure: (failure: AnnouncementFailure) => void;
  /** Opened on first use. */
  readonly storage: () => Promise<AnalysisStorage>;
  readonly policy: VerdictPolicy;
  readonly limits: ImageLimits;
  readonly retention: Retention;
  readonly deadlineMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Source of request ids. */
  readonly newId: () => string;
  readonly version: string;
}
