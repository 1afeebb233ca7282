import type { Configuration, Detector, Language, Verdict } from "@artguard/core";
import { forensicDetectors } from "@artguard/forensics";
import { chosenLanguage } from "./chosen-language.ts";
import type { Call } from "./command-line/declare-command.ts";
import { suggestion } from "./command-line/parse-command.ts";
import type { scanCommand } from "./declarations/images.ts";
import { placeOf } from "./stores/store-options.ts";
import { readTrustAnchors } from "./trust-anchors.ts";
import { UsageError } from "./usage-error.ts";

/** What `artguard scan` was asked to do. */
export interface ScanOptions {
  readonly paths: readonly string[];
  readonly json: boolean;
  readonly heatmaps: string | undefined;
  readonly report: string | undefined;
  readonly stability: boolean;
  readonly detectors: Detector[];
  /** Folder of known originals. */
  readonly known: string | undefined;
  readonly concurrency: number | undefined;
  readonly deadlineMs: number | undefined;
  readonly failOn: Verdict | undefined;
  /** From the environment, and the folder that was named. */
  readonly configuration: Configuration;
  /** Keep the results there; nothing is kept without it. */
  readonly keep: boolean;
  /** Keep the images as well; their owner consents by saying so. */
  readonly saveImages: boolean;
  /** Also send the copies of the images to the parts that the environment names. */
  readonly cloud: boolean;
  /** Of explanations; undefined: English, and none is printed. */
  readonly language: Language | undefined;
}

/** What the words of a command line ask for. @throws UsageError for what the declaration cannot refuse. */
export function scanOptionsOf({ values, operands }: Call<typeof scanCommand>): ScanOptions {
  const { configuration } = placeOf({ folder: values.folder, aws: false });
  const { json, heatmaps, report, stability, known, concurrency, deadline, cloud } = values;
  return {
    ...{ paths: operands, json, heatmaps, report, stability, known, concurrency, configuration, cloud },
    detectors: chosenDetectors(values.detectors, values.trust),
    deadlineMs: deadline === undefined ? undefined : deadline * 1000,
    failOn: values["fail-on"],
    keep: values.keep || values["save-images"],
    saveImages: values["save-images"],
    language: values.language ?? chosenLanguage(configuration.language),
  };
}

/** The detectors of these ids, default all; with the certificates that they trust. @throws UsageError */
export function chosenDetectors(wanted: readonly string[] | undefined, trust: string | undefined): Detector[] {
  const trustAnchors = readTrustAnchors(trust);
  const available = forensicDetectors(trustAnchors === undefined ? {} : { trustAnchors });
  if (wanted === undefined) return available;
  const unknown = wanted.find((id) => !available.some((detector) => detector.id === id));
  if (unknown !== undefined) {
    const known = available.map(({ id }) => id);
    throw new UsageError(
      `there is no detector "${unknown}"${suggestion(unknown, known)}; there are ${known.join(", ")}`,
    );
  }
  return available.filter(({ id }) => wanted.includes(id));
}
