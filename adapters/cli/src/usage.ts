import { languages, verdicts } from "@artguard/core";

/** What `artguard --help` prints. */
export const usage = `artguard scan <files, folders or -> [options]

Judges every image and prints one line for each: verdict, forgery score 0-100, path, strongest finding.

  --json             one JSON object per line on standard output, nothing else
  --heatmaps DIR     write <stem>.png: 8-bit grey, size of the oriented original, 255 = most suspicious
  --report DIR       write one self-contained evidence page per image, and index.html
  --stability        also probe whether the verdict survives a messenger app, with the fast detectors, up to 20 s an image
  --detectors A,B    only these detectors
  --known DIR        also tell copies of the known originals in this folder, and mark where they differ
  --trust FILE       certificates (PEM) whose C2PA signatures are trusted; default none
  --cloud            also ask the vision model, remote detector and knowledge base that the environment names
                     (docs/configuration.md); a copy of at most 2048 px without metadata leaves this machine
  --language L       explain each verdict in this language: ${languages.join(", ")}; default en, printed with --cloud
  --concurrency N    images at a time; default the number of cores
  --deadline S       seconds per image; default 60
  --keep             keep the results in ./.artguard, for history, show and explain; without it nothing is kept
  --save-images      keep the images as well, for 30 days: your consent to their storage, not to training
  --fail-on VERDICT  exit 3 when an image is judged so or worse: ${verdicts.join(", ")}
  --help             this text
  --version          version of ArtGuard

artguard provenance <files, folders or -> [--json] [--trust FILE]

Tells where files say that they come from (C2PA, image generators, EXIF, XMP), also for SVG, HEIC, MP4 and .c2pa files.

artguard compare <image or -> --references DIR [--json]

Tells how consistent a picture of an artwork is with at least 8 reference pictures of its artist. No proof, no verdict.

artguard history [--limit N] [--cursor C]          kept analyses, newest first
artguard show <request_id>                         one of them, its findings, and how long what is kept
artguard resume <request_id>                       ask remote detectors again whose answer was late (see --cloud)
artguard explain <request_id> [--language en|es]   every sentence on it, and the evidence under the sentence
artguard delete <request_id> …                     with images and earlier results
artguard export --to DIR                           everything that is kept, as JSON and images
artguard erase --user ID                           everything that is kept of a user; prints the receipt
artguard sweep                                     delete what has expired, end interrupted erasures; run it daily
artguard audit verify [--checkpoint FILE]          whether the audit log is what was written; exit 1 when it is not
artguard audit checkpoint                          its signed state, to be kept elsewhere; --key FILE for both: the
                                                   verifier key, default that of the folder (governance.keys)
artguard work [--once] [--concurrency N]           do submitted analyses, sweep, until SIGTERM; any number of processes
  --detectors, --trust, --cloud, --language as in scan
  --queue URL                                      also listen to this queue of SQS; default ARTGUARD_QUEUE_URL
  --drain S                                        seconds for the work under way after SIGTERM; default 25
  --port N, --host H                               where it answers /health/live, /health/ready, /metrics;
                                                   default a free port of 127.0.0.1, printed at the start
artguard doctor [--live]                           whether the stores are as they should be, and how to mend them;
                                                   --live also calls what --cloud would ask, once
artguard train upload --dataset-path DIR --dataset-name NAME [--label L] [--no-preprocess]
artguard train manifest --dataset-name NAME        training images; see docs/training.md

artguard knowledge add <files> [--language L]      documents that explanations may cite: Markdown, text, PDF
artguard knowledge search <question> [--language L] [--limit N]    with --aws in the Bedrock Knowledge Base
artguard knowledge list                            the documents, and files that cannot be cited
artguard knowledge sync --aws [--delete]           upload what changed to the bucket of the knowledge base

These take --json, --folder DIR (default ARTGUARD_FOLDER or ./.artguard), or --aws for the tables and buckets that the
environment names (docs/configuration.md); history and export also --user ID.

artguard serve [--host H] [--port N] [--folder DIR] [--config FILE] [--cloud]

Serves ArtGuard over HTTP from one folder (docs/http.md): http://127.0.0.1:3000 by default. The first start prints an API
key, the only time that it can be seen. Ends at Ctrl-C, when the requests in flight have ended.

artguard limits

Tells what an image may ask for before it is decoded.

A folder stands for all files below it, - for one image on standard input. Files that cannot be judged are named and
never stop the others.

Exit status: 0 done, 1 some inputs failed, 2 usage, 3 --fail-on met (even if inputs failed), 130 interrupted.
`;
