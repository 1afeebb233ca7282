import type { Analysis } from "../analysis/analysis.ts";
import { statementsOf } from "../analysis/dispute.ts";
import { keyOf, uploadMs } from "../analysis/stored-uploads.ts";
import { idempotencySeconds } from "../user/idempotency.ts";
import type { UploadItem } from "../user/user-marker.ts";

/** One thing that is kept because of an analysis, or expressly is not. */
export interface RetainedDatum {
  readonly datum:
    | "result"
    | "earlier results"
    | "disputes and reviews"
    | "image"
    | "processed copy"
    | "heat map"
    | "job input"
    | "upload"
    | "idempotency key"
    | "sums";
  readonly kept: boolean;
  readonly where: string;
  /** ISO 8601, or null: until somebody deletes it. */
  readonly until: string | null;
  readonly why: string;
  readonly deleted_by: string;
}

const byRecordExpiry =
  "invisible at that second; deleted by the table's TTL (DynamoDB: usually within 2 days) or by sweepExpired; deleteAnalysis and eraseUser at once";
const byImageExpiry =
  "invisible at that second; deleted by the next run of sweepExpired. The bucket's lifecycle rule is the last net: it runs once a day and counts from midnight UTC, so that its 30 days are really 30–32";
const onRequest = "deleteAnalysis or eraseUser, at once";

/**
 * What is kept of one analysis: where, until when, why, and what deletes it. A pure function of the record, for pages
 * on which people see what is known of them.
 *
 * @example
 * for (const datum of explainRetention(analysis)) console.log(datum);
 */
export function explainRetention(record: Analysis): RetainedDatum[] {
  return [
    result(record),
    ...earlierResults(record),
    ...statements(record),
    image(record),
    ...processedCopy(record),
    ...heatMap(record),
    ...jobInput(record),
    idempotencyKey(record),
    sums,
  ];
}

/** What is kept of an upload, from its announcement until it is completed or its time is over. */
export function explainUpload(upload: UploadItem): RetainedDatum[] {
  return [
    {
      datum: "upload",
      kept: true,
      where: `object store, ${keyOf(upload)}, once it has come; its announcement in the table of users`,
      until: new Date(upload.created_at + uploadMs).toISOString(),
      why: "an image too large for one request is sent before its analysis is asked for",
      deleted_by:
        "its completion, its abandonment or eraseUser, at once; otherwise invisible at that second and deleted by the user's next upload or the next run of sweepExpired",
    },
  ];
}

function result({ record_expires_at }: Analysis): RetainedDatum {
  return {
    datum: "result",
    kept: true,
    where: "table of analyses",
    until: iso(record_expires_at),
    why: "the answer that was asked for, with file name, type, size and findings",
    deleted_by: record_expires_at === undefined ? onRequest : byRecordExpiry,
  };
}

function earlierResults({ version_number = 1, record_expires_at }: Analysis): RetainedDatum[] {
  if (version_number < 2) return [];
  return [
    {
      datum: "earlier results",
      kept: true,
      where: "table of analyses",
      until: iso(record_expires_at),
      why: `${version_number - 1} before the image was analysed again: what was said stays provable`,
      deleted_by: record_expires_at === undefined ? onRequest : byRecordExpiry,
    },
  ];
}

function statements(record: Analysis): RetainedDatum[] {
  const { record_expires_at } = record;
  const count = statementsOf(record).length;
  if (count === 0) return [];
  return [
    {
      datum: "disputes and reviews",
      kept: true,
      where: "table of analyses",
      until: iso(record_expires_at),
      why: `${count}, beside the verdict they are about: what was said against it stays provable. Whoever said it and is erased is no longer named`,
      deleted_by: record_expires_at === undefined ? onRequest : byRecordExpiry,
    },
  ];
}

function image(record: Analysis): RetainedDatum {
  const { image_object, image_expires_at, consent, raw_image_url, auto_delete_date } = record;
  // Records of before name their image by its URL alone.
  const where = image_object?.key ?? raw_image_url;
  if (where === undefined) {
    return {
      datum: "image",
      kept: false,
      where: "nowhere; in memory during the analysis",
      until: null,
      why: whyNotKept(record),
      deleted_by: "nothing to delete",
    };
  }
  const agreed =
    consent && `; agreed to policy ${consent.policy_version} on ${new Date(consent.granted_at).toISOString()}`;
  return {
    datum: "image",
    kept: true,
    where: `object store, ${where}`,
    until: iso(image_expires_at ?? auto_delete_date),
    why: `evidence in a dispute, and analysis with later detectors${agreed ?? ""}; never for training without a consent of its own`,
    deleted_by: byImageExpiry,
  };
}

function whyNotKept({ status, consent, image_expires_at }: Analysis): string {
  if (consent?.withdrawn_at) return "consent was withdrawn";
  if (!consent && image_expires_at === undefined) return "nobody asked to keep it";
  if (status === "FAILED") return "the analysis failed";
  return status === "COMPLETED" ? "its time is over" : "it is kept when the analysis is completed";
}

function processedCopy({ processed_object, image_expires_at }: Analysis): RetainedDatum[] {
  if (!processed_object) return [];
  return [
    {
      datum: "processed copy",
      kept: true,
      where: `object store, ${processed_object.key}`,
      until: iso(image_expires_at),
      why: "the copy of at most 2048 px that was looked at; it never outlives the image",
      deleted_by: byImageExpiry,
    },
  ];
}

function heatMap({ heatmap_object, image_expires_at }: Analysis): RetainedDatum[] {
  if (!heatmap_object) return [];
  return [
    {
      datum: "heat map",
      kept: true,
      where: `object store, ${heatmap_object.key}`,
      until: iso(image_expires_at),
      why: "where the image looks forged, at most 1024 px; it can show what is in the image and never outlives it",
      deleted_by: byImageExpiry,
    },
  ];
}

function jobInput({ input_object, input_expires_at }: Analysis): RetainedDatum[] {
  if (!input_object) return [];
  return [
    {
      datum: "job input",
      kept: true,
      where: `object store, ${input_object.key}`,
      until: iso(input_expires_at),
      why: "a submitted job waits for a worker; held until the job ends, at most 24 hours",
      deleted_by:
        "the worker when the job ends; otherwise invisible at that second and deleted by the next run of sweepExpired",
    },
  ];
}

function idempotencyKey({ created_at }: Analysis): RetainedDatum {
  return {
    datum: "idempotency key",
    kept: true,
    where: "table of users, only if the request had one",
    until: new Date(created_at + idempotencySeconds * 1000).toISOString(),
    why: "a repeated request gets the first result; a SHA-256 of the request is kept, not the image",
    deleted_by: "invisible at that second; deleted by the table's TTL or by sweepExpired; eraseUser at once",
  };
}

const sums: RetainedDatum = {
  datum: "sums",
  kept: true,
  where: "table of analyses",
  until: null,
  why: "numbers a day of all users together",
  deleted_by: "nothing: they are about nobody",
};

function iso(epochSeconds: number | undefined): string | null {
  return epochSeconds === undefined ? null : new Date(epochSeconds * 1000).toISOString();
}
