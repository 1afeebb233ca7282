import { parseArgs } from "node:util";
import { type Configuration, type Detector, type Language, languages, type Verdict, verdicts } from "@artguard/core";
import { forensicDetectors } from "@artguard/forensics";
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

/** Seconds; an analysis takes no less than a millisecond and no longer deadline. */
const [shortestDeadline, longestDeadline] = [0.001, 2_147_483];

/** @throws UsageError for anything that is not understood. */
export function parseScanOptions(args: readonly string[]): ScanOptions {
  const { values, positionals } = parsed(args);
  if (positionals.length === 0) throw new UsageError("name at least one file or folder, or - for standard input");
  const { configuration } = placeOf({ folder: values.folder, aws: false });
  return {
    paths: positionals,
    json: values.json,
    heatmaps: folder("heatmaps", values.heatmaps),
    report: folder("report", values.report),
    stability: values.stability,
    detectors: chosenDetectors(values.detectors, values.trust),
    known: folder("known", values.known),
    concurrency: wholeNumber("concurrency", values.concurrency),
    deadlineMs: milliseconds("deadline", values.deadline),
    failOn: chosenVerdict(values["fail-on"]),
    configuration,
    keep: values.keep || values["save-images"],
    saveImages: values["save-images"],
    cloud: values.cloud,
    language: chosenLanguage(values.language ?? configuration.language),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        heatmaps: { type: "string" },
        report: { type: "string" },
        stability: { type: "boolean", default: false },
        detectors: { type: "string" },
        trust: { type: "string" },
        known: { type: "string" },
        concurrency: { type: "string" },
        deadline: { type: "string" },
        "fail-on": { type: "string" },
        keep: { type: "boolean", default: false },
        "save-images": { type: "boolean", default: false },
        folder: { type: "string" },
        cloud: { type: "boolean", default: false },
        language: { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function positive(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new UsageError(`--${name} must be a positive number, got "${value}"`);
}

function milliseconds(name: string, value: string | undefined): number | undefined {
  const seconds = positive(name, value);
  if (seconds === undefined) return undefined;
  if (seconds >= shortestDeadline && seconds <= longestDeadline) return seconds * 1000;
  throw new UsageError(`--${name} must be from ${shortestDeadline} to ${longestDeadline} seconds, got "${value}"`);
}

function wholeNumber(name: string, value: string | undefined): number | undefined {
  const number = positive(name, value);
  if (number === undefined || Number.isInteger(number)) return number;
  throw new UsageError(`--${name} must be a whole number, got "${value}"`);
}

function folder(name: string, value: string | undefined): string | undefined {
  if (value === "") throw new UsageError(`--${name} must name a folder`);
  return value;
}

/** The detectors of these ids, default all; with the certificates that they trust. @throws UsageError */
export function chosenDetectors(value: string | undefined, trust: string | undefined): Detector[] {
  const trustAnchors = readTrustAnchors(trust);
  const available = forensicDetectors(trustAnchors === undefined ? {} : { trustAnchors });
  if (value === undefined) return available;
  const wanted = value.split(",").map((id) => id.trim());
  const unknown = wanted.find((id) => !available.some((detector) => detector.id === id));
  if (unknown !== undefined) {
    const known = available.map(({ id }) => id).join(", ");
    throw new UsageError(`there is no detector "${unknown}"; there are ${known}`);
  }
  return available.filter(({ id }) => wanted.includes(id));
}

/** @throws UsageError for a language that explanations are not written in. */
export function chosenLanguage(value: string | undefined): Language | undefined {
  if (value === undefined) return undefined;
  const language = languages.find((known) => known === value);
  if (!language) throw new UsageError(`--language takes ${languages.join(", ")}, got "${value}"`);
  return language;
}

function chosenVerdict(value: string | undefined): Verdict | undefined {
  if (value === undefined) return undefined;
  const verdict = verdicts.find((known) => known === value.toUpperCase());
  if (!verdict) throw new UsageError(`--fail-on takes ${verdicts.join(", ")}, got "${value}"`);
  return verdict;
}
