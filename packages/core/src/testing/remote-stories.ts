/** How a call ends: an outcome, or the part of the error's code after the room's name. */
export type RemoteEnding =
  | "observed"
  | "not_applicable"
  | "unfinished"
  | `error ${
      | "endpoint-failed"
      | "endpoint-missing"
      | "invalid-response"
      | "redirect-refused"
      | "request-refused"
      | "response-too-large"
      | "throttled"
      | "timed-out"
      | "too-many-redirects"
      | "unauthorized"
      | "unavailable"}`;

/** What the remote side does, what the detector is to make of it, and how often it may ask. */
interface RemoteStoryText {
  /** Continues the sentence "A remote detector …". */
  readonly sentence: string;
  readonly ends: RemoteEnding;
  /** Requests in all; left out where it depends on the implementation. */
  readonly requests?: number;
  /** Times that a request asked the model to run, the repeated ones included; default 1. */
  readonly runs?: number;
  /** The story ends because the caller's time is over. */
  readonly endsByDeadline?: true;
  /** The remote side was stopped in the middle of its answer. */
  readonly cut?: true;
}

/** Every story that a remote detector has to survive. Each request is sent 3 times at most, and a call lasts a minute. */
export const remoteStories = {
  answers: { sentence: "reports what the model saw", ends: "observed", requests: 1 },
  "cold-start": { sentence: "waits for a container that starts", ends: "observed", requests: 1 },
  "not-applicable": { sentence: "reports that the model cannot judge the image", ends: "not_applicable", requests: 1 },
  "answers-later": { sentence: "follows an accepted job to its answer", ends: "observed", requests: 2 },
  "long-job": { sentence: "follows as many redirects as a job of 50 minutes has", ends: "observed", requests: 21 },
  late: {
    sentence: "keeps an accepted job when its time is over",
    ends: "unfinished",
    requests: 2,
    endsByDeadline: true,
  },
  "late-body": {
    sentence: "keeps an accepted job whose answer comes too slowly",
    ends: "unfinished",
    requests: 2,
    endsByDeadline: true,
    cut: true,
  },
  "trouble-later": {
    sentence: "keeps an accepted job whose answer cannot be had at the moment",
    ends: "unfinished",
    requests: 4,
  },
  "trouble-passes": {
    sentence: "asks for the answer of an accepted job again, without running it again",
    ends: "observed",
    requests: 4,
  },
  "never-answers": {
    sentence: "ends when nothing comes until its time is over",
    ends: "error timed-out",
    requests: 1,
    endsByDeadline: true,
    cut: true,
  },
  "stops-midway": {
    sentence: "ends when the answer stops in the middle",
    ends: "error timed-out",
    requests: 1,
    endsByDeadline: true,
    cut: true,
  },
  drips: {
    sentence: "ends when the answer comes byte by byte",
    ends: "error timed-out",
    requests: 1,
    endsByDeadline: true,
    cut: true,
  },
  "busy-for-a-moment": { sentence: "asks again after 429", ends: "observed", requests: 2, runs: 2 },
  busy: { sentence: "gives up after 429 as often as it may ask", ends: "error throttled", requests: 3, runs: 3 },
  "busy-for-long": {
    sentence: "gives up at once when it may ask again only after its own time",
    ends: "error throttled",
    requests: 1,
  },
  "unavailable-for-a-moment": { sentence: "asks again after 503 and 502", ends: "observed", requests: 3, runs: 3 },
  "gateway-timeout": { sentence: "gives up after 504 as often as it may ask", ends: "error unavailable", runs: 3 },
  "breaks-off": { sentence: "asks again when the connection breaks", ends: "observed", requests: 2, runs: 2 },
  "breaks-off-midway": { sentence: "asks again when the answer breaks off", ends: "observed", requests: 2, runs: 2 },
  unreachable: { sentence: "gives up when every connection breaks", ends: "error unavailable", requests: 3, runs: 3 },
  "refuses-credentials": { sentence: "takes 401 as final", ends: "error unauthorized", requests: 1 },
  forbids: { sentence: "takes 403 as final", ends: "error unauthorized", requests: 1 },
  "not-deployed": {
    sentence: "says that nothing is deployed at the address",
    ends: "error endpoint-missing",
    requests: 1,
  },
  "refuses-request": {
    sentence: "does not repeat what the endpoint refuses",
    ends: "error request-refused",
    requests: 1,
  },
  fails: { sentence: "does not repeat what makes the model fail", ends: "error endpoint-failed", requests: 1 },
  "redirects-elsewhere": { sentence: "asks no other origin", ends: "error redirect-refused", requests: 1 },
  "job-moves-elsewhere": {
    sentence: "asks no other origin for the answer of an accepted job",
    ends: "error redirect-refused",
    requests: 2,
  },
  "redirects-to-file": {
    sentence: "follows no redirect to another scheme",
    ends: "error redirect-refused",
    requests: 1,
  },
  "redirects-with-password": {
    sentence: "follows no redirect that brings credentials of its own",
    ends: "error redirect-refused",
    requests: 1,
  },
  "redirects-nowhere": { sentence: "needs an address to follow", ends: "error redirect-refused", requests: 1 },
  "moves-temporarily": {
    sentence: "sends the image to no other address after 307",
    ends: "error redirect-refused",
    requests: 1,
  },
  loops: { sentence: "stops following redirects in a circle", ends: "error too-many-redirects", requests: 21 },
  floods: { sentence: "stops reading an endless answer", ends: "error response-too-large", requests: 1, cut: true },
  "floods-announced": {
    sentence: "does not begin to read an answer that is announced as too long",
    ends: "error response-too-large",
    requests: 1,
    cut: true,
  },
  "floods-packed": {
    sentence: "counts the bytes of a packed answer unpacked",
    ends: "error response-too-large",
    requests: 1,
  },
  "answers-html": { sentence: "believes no page", ends: "error invalid-response", requests: 1 },
  "answers-nothing": { sentence: "believes no empty answer", ends: "error invalid-response", requests: 1 },
  "answers-no-content": { sentence: "believes no 204", ends: "error invalid-response", requests: 1 },
  "score-too-high": { sentence: "believes no score above 1", ends: "error invalid-response", requests: 1 },
  "score-as-text": { sentence: "believes no score that is a text", ends: "error invalid-response", requests: 1 },
  "score-not-a-number": { sentence: "believes no NaN", ends: "error invalid-response", requests: 1 },
  "score-missing": { sentence: "believes no answer without a score", ends: "error invalid-response", requests: 1 },
  "unknown-key": {
    sentence: "believes no answer with more than the contract has",
    ends: "error invalid-response",
    requests: 1,
  },
  "map-of-wrong-size": {
    sentence: "believes no heat map that does not cover the image",
    ends: "error invalid-response",
    requests: 1,
  },
  "map-short-of-cells": {
    sentence: "believes no heat map with too few cells",
    ends: "error invalid-response",
    requests: 1,
  },
  "map-out-of-range": {
    sentence: "believes no heat map with a cell above 1",
    ends: "error invalid-response",
    requests: 1,
  },
  "map-of-wrong-type": { sentence: "believes no heat map of texts", ends: "error invalid-response", requests: 1 },
  "region-outside": { sentence: "believes no region outside the image", ends: "error invalid-response", requests: 1 },
  "name-with-markup": {
    sentence: "believes no model name that could be markup",
    ends: "error invalid-response",
    requests: 1,
  },
} as const satisfies Record<string, RemoteStoryText>;

/** The name of one of {@link remoteStories}. */
export type RemoteStory = keyof typeof remoteStories;

/** The story's text, without the narrow type of this one story. */
export function textOf(story: RemoteStory): RemoteStoryText {
  return remoteStories[story];
}
