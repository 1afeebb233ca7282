import type { FakeModalOptions } from "./fake-modal.ts";
import type { FakeModalStep } from "./fake-modal-step.ts";
import type { RemoteStory } from "./remote-stories.ts";

/** Pixels of the image that the scripted answers are about. */
export const storyImageSize = { width: 96, height: 64 } as const;

const good = {
  status: "ok",
  score: 0.87,
  model: "scripted",
  version: "3.1.4",
  heatmap: { width: 3, height: 2, scale: 32, data: [0.1, 0.2, 0.9, 0.1, 0.2, 0.8] },
  regions: [{ x: 64, y: 0, width: 32, height: 64, confidence: 0.85 }],
  cost_usd: 0.0012,
};
const answer = (changes: object = {}): FakeModalStep => ({ kind: "answer", body: { ...good, ...changes } });
const status = (code: number, text = "scripted", headers = {}): FakeModalStep => ({
  kind: "status",
  status: code,
  text,
  headers,
});
const accept: FakeModalStep = { kind: "accept" };
const never: FakeModalStep = { kind: "hang", when: "before the answer" };
const floodBytes = 32 * 2 ** 20;

/** What the fake endpoint has to do in each story. */
export const modalScripts: Readonly<Record<RemoteStory, FakeModalOptions["script"]>> = {
  answers: [answer()],
  "cold-start": [{ kind: "answer", body: good, afterMs: 300 }],
  "not-applicable": [
    { kind: "answer", body: { status: "not_applicable", reason: "Not a painting.", model: "scripted", version: "1" } },
  ],
  "answers-later": [accept, answer()],
  "long-job": [...repeated(accept, 20), answer()],
  late: [accept, never, accept, never, answer()],
  "late-body": [accept, { kind: "drip" }],
  "trouble-later": [accept, status(503)],
  "trouble-passes": [accept, status(503), { kind: "reset", when: "before the answer" }, answer()],
  "never-answers": [never],
  "stops-midway": [{ kind: "hang", when: "within the body" }],
  drips: [{ kind: "drip" }],
  "busy-for-a-moment": [status(429, "slow down", { "retry-after": "0" }), answer()],
  busy: repeated(status(429), 3),
  "busy-for-long": [status(429, "slow down", { "retry-after": "600" })],
  "unavailable-for-a-moment": [status(503), status(502), answer()],
  "gateway-timeout": repeated(status(504), 3),
  "breaks-off": [{ kind: "reset", when: "before the answer" }, answer()],
  "breaks-off-midway": [{ kind: "reset", when: "within the body" }, answer()],
  unreachable: repeated({ kind: "reset", when: "before the answer" }, 3),
  "refuses-credentials": [status(401, "modal-http: missing credentials for proxy authorization")],
  forbids: [status(403)],
  "not-deployed": [status(404, "modal-http: invalid function call")],
  "refuses-request": [status(413, "too large")],
  fails: [status(500, "Internal Server Error")],
  "redirects-elsewhere": [{ kind: "redirect", to: "{elsewhere}/detect" }],
  "job-moves-elsewhere": [accept, { kind: "redirect", to: "{elsewhere}/detect" }],
  "redirects-to-file": [{ kind: "redirect", to: "file:///etc/hostname" }],
  "redirects-with-password": [{ kind: "redirect", to: "//user:password@{host}/detect" }],
  "redirects-nowhere": [{ kind: "redirect" }],
  "moves-temporarily": [{ kind: "redirect", status: 307, to: "/other" }],
  loops: repeated(accept, 21),
  floods: [{ kind: "flood", bytes: floodBytes, as: "unannounced" }],
  "floods-announced": [{ kind: "flood", bytes: floodBytes, as: "announced" }],
  "floods-packed": [{ kind: "flood", bytes: floodBytes, as: "packed" }],
  "answers-html": [{ kind: "text", text: "<html>502</html>" }],
  "answers-nothing": [{ kind: "text", text: "" }],
  "answers-no-content": [status(204)],
  "score-too-high": [answer({ score: 87 })],
  "score-as-text": [answer({ score: "0.87" })],
  "score-not-a-number": [{ kind: "text", text: '{"status": "ok", "score": NaN, "model": "scripted", "version": "1"}' }],
  "score-missing": [answer({ score: undefined })],
  "unknown-key": [answer({ mask: [] })],
  "map-of-wrong-size": [answer({ heatmap: { ...good.heatmap, width: 2, height: 3 } })],
  "map-short-of-cells": [answer({ heatmap: { ...good.heatmap, data: [0.5] } })],
  "map-out-of-range": [answer({ heatmap: { ...good.heatmap, data: [0, 0, 0, 0, 0, 1.5] } })],
  "map-of-wrong-type": [answer({ heatmap: { ...good.heatmap, data: ["0", "0", "0", "0", "0", "0"] } })],
  "region-outside": [answer({ regions: [{ x: 90, y: 0, width: 32, height: 8, confidence: 0.5 }] })],
  "name-with-markup": [answer({ model: "<script>alert(1)</script>" })],
};

function repeated(step: FakeModalStep, times: number): [FakeModalStep, ...FakeModalStep[]] {
  return [step, ...Array.from({ length: times - 1 }, () => step)];
}
