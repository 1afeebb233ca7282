import type { Analysis } from "../analysis/analysis.ts";
import type { AnalysisItem } from "../analysis/analysis-table.ts";
import type { Change } from "../storage/table.ts";

const imageAttributes = [
  "image_object",
  "processed_object",
  "heatmap_object",
  "raw_image_url",
  "processed_image_url",
  "image_expires_at",
] as const;

/** The change by which a record no longer says that there is an image. What is left to be deleted is the record itself. */
export function forgetImage({ record_expires_at }: Pick<Analysis, "record_expires_at">): Change<AnalysisItem> {
  if (record_expires_at === undefined) {
    return { set: { image_saved: false }, remove: [...imageAttributes, "auto_delete_date"] };
  }
  return { set: { image_saved: false, auto_delete_date: record_expires_at }, remove: imageAttributes };
}
