import { declareCommand } from "../command-line/declare-command.ts";
import { place } from "./shared.ts";

export const trainUploadCommand = declareCommand({
  name: "train upload",
  group: "Operation",
  summary: "take a folder of labelled images into the training store",
  details: ["See [training images](training.md). A run that was interrupted goes on where it stopped."],
  options: {
    "dataset-path": { type: "text", of: "folder", value: "DIR", required: true, summary: "images of the dataset" },
    "dataset-name": { type: "text", value: "NAME", required: true, summary: "such as authentic_v1" },
    label: {
      type: "choice",
      value: "L",
      choices: ["authentic", "forged"],
      summary: "what the images are",
      otherwise: "what the name begins with",
    },
    "no-preprocess": { type: "switch", summary: "store the originals alone" },
    ...place,
  },
  examples: [["train upload --dataset-path scans/ --dataset-name authentic_v1", "a dataset of authentic pictures"]],
  exits: { 0: "every file is there", 1: "some files were refused" },
  json: "one object per file; the summary goes to standard error",
});

export const trainManifestCommand = declareCommand({
  name: "train manifest",
  group: "Operation",
  summary: "list the preprocessed training images",
  options: {
    "dataset-name": { type: "text", value: "NAME", required: true, summary: "such as authentic_v1" },
    ...place,
  },
  examples: [["train manifest --dataset-name authentic_v1 > manifest.jsonl", "for a training run"]],
  json: "the same: one object per image",
});
