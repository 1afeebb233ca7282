/** Follows an analysis while it happens. */
export const progress = String.raw`
import { $, element, say, wordOf } from "./speech.js";
import { Failure } from "./failure.js";
import { ask } from "./session.js";

const mostTries = 20;
const pauseMs = 500;

/** Reads server-sent events; each is what happened, and the id to go on from. */
async function* eventsOf(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const field = (name) => lines.filter((line) => line.startsWith(name + ":")).map((line) => line.slice(name.length + 1).trim()).join("\n");
      if (field("data")) yield { id: field("id"), event: JSON.parse(field("data")) };
    }
  }
}

function step(event, counts) {
  const name = event.detector ?? event.detection?.id ?? "";
  if (event.type === "detector_started") counts.started += 1;
  if (event.type === "detected") counts.ended += 1;
  $("bar").value = event.type === "completed" ? 1 : 0.1 + 0.8 * (counts.ended / Math.max(counts.started, 1));
  const words = () => wordOf("steps." + event.type, { name });
  if (!words()) return;
  $("steps").append(element("li", {}, words()));
  if (["created", "decoded", "completed"].includes(event.type)) say(words);
}

export function begin() {
  $("result").hidden = true;
  $("progress").hidden = false;
  $("steps").replaceChildren();
  $("bar").value = 0.05;
  say(() => wordOf("reading"));
}

export const end = () => { $("progress").hidden = true; };

/** The events after the last one; waits while the server cannot be reached or is ending. */
async function resumed(last) {
  say(() => wordOf("resumed"));
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  try {
    return await ask("/v1/analyses/" + encodeURIComponent(last.split(":")[0]) + "/events", { headers: { "last-event-id": last } });
  } catch (error) {
    if (error.code === "network" || error.status === 503) return error;
    throw error;
  }
}

/** Follows an analysis to its end; a broken connection is taken up where it ended. */
export async function follow(answer) {
  const counts = { started: 0, ended: 0 };
  let last;
  for (let tries = 0; tries < mostTries; tries++) {
    try {
      if (answer.body) for await (const { id, event } of eventsOf(answer)) {
        last = id;
        step(event, counts);
        if (event.type === "failed") throw new Failure(event.error);
        if (event.type === "completed") return event.analysis;
      }
    } catch (error) {
      if (error instanceof Failure) throw error;
    }
    if (!last) break;
    answer = await resumed(last);
  }
  throw answer instanceof Failure ? answer : new Failure({ code: "network" });
}
`;
