import { declareCommand } from "../command-line/declare-command.ts";
import { cloud, detectors, folder, imageInputs, language, place, trust, verdictWords } from "./shared.ts";

export const scanCommand = declareCommand({
  name: "scan",
  group: "Images",
  summary: "judge images: verdict, forgery score 0–100, strongest finding",
  details: [
    "Every input gives one line, in input order. A file that cannot be judged is named with the reason and never stops the others.",
    "Nothing is kept unless it is asked for: `--keep` writes the results into the folder (a SQLite file and a folder of objects, readable by their owner alone; it ignores itself for git), `--save-images` keeps the images as well, for 30 days. By saying so their owner consents to storage, never to training.",
    "`--known` registers every image below a folder as a known original and adds the detector `known-work`: it names the original that an input is a copy of, and marks where the two differ ([known works](detection/known-works.md)).",
    "`--cloud` asks what the environment names: `ARTGUARD_BEDROCK_MODEL`, `ARTGUARD_MODAL_ENDPOINT` (with its key and secret), `ARTGUARD_KNOWLEDGE_BASE_ID`; see [cloud models](cloud-models.md). With it, or with `--language`, a second line under each image says how its explanation was written and what it says.",
    "`--heatmaps` writes `<stem>.png`: 8-bit grey, the size of the upright original, 255 = most suspicious, from 128 on forged; all zero when no detector localised anything. `--report` writes `<stem>.html`, one evidence page per image that loads nothing from elsewhere, and `index.html`, both in the language of `--language`. Later inputs of the same stem get `<stem>-2`, `<stem>-3` and so on. Files of an earlier run are replaced, each in one step.",
  ],
  arguments: imageInputs,
  options: {
    heatmaps: { type: "text", of: "folder", value: "DIR", summary: "write heat maps there" },
    report: { type: "text", of: "folder", value: "DIR", summary: "write evidence pages and their index there" },
    stability: {
      type: "switch",
      summary: "also probe whether the verdict survives a messenger app, with the fast detectors, up to 20 s an image",
    },
    detectors,
    known: {
      type: "text",
      of: "folder",
      value: "DIR",
      summary: "also tell copies of the known originals in this folder, and mark where they differ",
    },
    trust,
    cloud,
    language: { ...language, otherwise: "ARTGUARD_LANGUAGE or en; not printed unless asked for" },
    concurrency: { type: "number", value: "N", summary: "images at a time", otherwise: "the number of cores" },
    deadline: {
      type: "number",
      value: "S",
      fraction: true,
      least: 0.001,
      most: 2_147_483,
      summary: "seconds per image",
      otherwise: "60",
    },
    keep: { type: "switch", summary: "keep the results, for history, show, explain and so on" },
    "save-images": {
      type: "switch",
      summary: "keep the images as well, for 30 days: your consent to their storage, not to training",
    },
    folder: { ...folder, summary: "where they are kept" },
    "fail-on": {
      type: "choice",
      value: "VERDICT",
      choices: verdictWords,
      summary: "exit 3 when an image is judged so or worse",
    },
  },
  examples: [
    ["scan picture.jpg", "one image"],
    ["scan --report artguard-report photos/", "a folder, with an evidence page for each image"],
    ["scan --json --fail-on LIKELY_FORGED uploads/ > verdicts.jsonl", "in a pipeline"],
    ["scan - < picture.jpg", "standard input"],
  ],
  exits: {
    0: "every input was judged",
    1: "some inputs failed, there was no file in the folders, or the index of the report could not be written",
    2: "the command line was not understood, or an output folder cannot be made",
    3: "`--fail-on` was met, even if inputs failed",
    130: "interrupted; what was judged until then is printed and in the report",
  },
  json: "one object per input, see [output](cli-output.md#scan); the summary goes to standard error",
});

export const provenanceCommand = declareCommand({
  name: "provenance",
  group: "Images",
  summary: "tell where files say that they come from (C2PA, image generators, EXIF, XMP)",
  details: [
    "Reads bytes alone, so also containers that are not decoded: SVG, HEIC, MP4 and `.c2pa` files. Opens no connection.",
  ],
  arguments: imageInputs,
  options: { trust },
  examples: [["provenance poster.svg clip.mp4", "files that scan does not decode"]],
  exits: { 0: "every file was read", 1: "some files could not be read" },
  json: "one object per file with `path` and `provenance`, or `error`",
});

export const compareCommand = declareCommand({
  name: "compare",
  group: "Images",
  summary: "compare a picture with an artist's, two kept analyses, or the results of one",
  details: [
    "With `--references`: how consistent a picture of an artwork is with pictures of works that are known to be the artist's, at least 8 of them, photographed in the same way ([style comparison](detection/style-comparison.md)). It prints a percentile with the controls and its limitation, or why the comparison would mean nothing. It is no proof and gives no verdict.",
    "With two request_ids, or one and `--versions`: scores, verdicts, verdict policies, findings that came and went, and what every detector says differently. `--versions` compares each result of an analysis with the one before it.",
  ],
  arguments: [
    {
      name: "image, - or request_id",
      summary: "what is compared",
      of: "file",
      missing: "name an image and --references, two request_ids, or one request_id and --versions",
    },
    {
      name: "request_id",
      summary: "the analysis that it is compared with",
      count: "optional",
      missing: "name an image and --references, two request_ids, or one request_id and --versions",
    },
  ],
  options: {
    references: { type: "text", of: "folder", value: "DIR", summary: "pictures of works of the artist" },
    versions: { type: "switch", summary: "the results of one analysis, each with the one before" },
    ...place,
  },
  examples: [
    ["compare painting.jpg --references catalogue/", "the style of a painting"],
    ["compare 018f2b6e-7c1d-4a55-9d3e-2b0c5a1f6e70 018f2b70-02e4-4c1b-8f6a-91d7c3e5a204", "two kept analyses"],
    ["compare 018f2b6e-7c1d-4a55-9d3e-2b0c5a1f6e70 --versions", "what reanalyses changed"],
  ],
  exits: {
    0: "compared, or refused with a reason",
    1: "the image or an analysis cannot be read, or there is nothing to compare",
  },
  json: "with `--references` one object (`path`, `comparison`, `skipped_references`), else one [comparison](cli-output.md#compare) per pair",
});

export const limitsCommand = declareCommand({
  name: "limits",
  group: "Images",
  summary: "tell what an image may ask for before it is decoded",
  options: {},
  examples: [["limits", "the limits of this version"]],
  json: "one object: `max_bytes`, `max_pixels`, `max_frames`, `max_metadata_bytes`",
});
