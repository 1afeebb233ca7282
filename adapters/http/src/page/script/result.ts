/** One analysis, in the language of the reader. */
export const result = `
import { $, element, languageNow, numberOf, wordOf } from "./speech.js";
import { ask } from "./session.js";
import { disputeOf } from "./dispute.js";
import { overlayOf } from "./overlay.js";
import { reportOf } from "./report.js";

let shown;

export async function show(request_id) {
  shown = request_id;
  const path = "/v1/analyses/" + encodeURIComponent(request_id) + "?language=" + languageNow();
  const analysis = await (await ask(path)).json();
  const parts = analysis.verdict ? await partsOf(analysis) : [nothingOf(analysis), reportOf(analysis)];
  if (shown !== request_id) return;
  $("verdict").replaceChildren(...parts);
  $("result").hidden = false;
}

export async function showAndFocus(request_id) {
  await show(request_id);
  $("result").focus();
}

export const showAgain = async () => { if (shown) await show(shown); };

/** Takes it off the page; default whatever is shown. */
export function forget(request_id = shown) {
  if (shown !== request_id) return;
  shown = undefined;
  $("result").hidden = true;
  $("verdict").replaceChildren();
}

async function partsOf(analysis) {
  return [
    verdictOf(analysis),
    ...(await overlayOf(analysis)),
    reportOf(analysis),
    ...section("explanation", listOf(analysis.explanation?.sentences.map(({ text }) => text) ?? [analysis.ai_analysis])),
    ...section("findings", evidenceOf(analysis.findings?.filter(({ weight }) => weight >= 0), "no_findings")),
    ...section("against", evidenceOf(analysis.counter_evidence, "no_against")),
    ...section("provenance", ...provenanceOf(analysis)),
    ...disputeOf(analysis, showAgain),
  ];
}

const nothingOf = ({ filename, status, error_message }) =>
  element("p", {}, filename + ": " + wordOf("statuses." + status) + (error_message ? ". " + error_message : ""));

function verdictOf({ verdict, forgery_score, confidence, coverage, filename }) {
  const figures = { score: forgery_score, low: confidence.low, high: confidence.high, coverage: coverage * 100 };
  const values = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, numberOf(value)]));
  return element("div", {}, element("p", { className: "verdict " + verdict }, wordOf("verdicts." + verdict)),
    element("p", {}, wordOf("score", values)), element("p", {}, filename));
}

const section = (title, ...children) => [element("h3", {}, wordOf(title)), ...children];
const listOf = (items) => element("ul", {}, ...items.map((text) => element("li", {}, text)));

function evidenceOf(evidence = [], none) {
  if (evidence.length === 0) return element("p", {}, wordOf(none));
  return element("ul", {}, ...evidence.map(({ claim, limitation, weight }) =>
    element("li", {}, claim + " (" + wordOf("weight", { weight: numberOf(weight, 2) }) + ") ",
      element("small", {}, wordOf("limitation", { text: limitation })))));
}

function provenanceOf({ detections = [], findings = [] }) {
  const detectors = detections.filter(({ family }) => family === "provenance").map(({ id }) => id);
  const said = findings.filter(({ detector }) => detectors.includes(detector)).map(({ claim }) => claim);
  const facts = factsOf(detections.find(({ id }) => id === "provenance")?.measurements?.report ?? {});
  if (said.length + facts.length === 0) return [element("p", {}, wordOf("no_provenance"))];
  const terms = facts.flatMap(([name, value]) => [element("dt", {}, wordOf("facts." + name)), element("dd", {}, value)]);
  return [...(said.length > 0 ? [listOf(said)] : []), ...(terms.length > 0 ? [element("dl", {}, ...terms)] : [])];
}

/** As the file says it; anybody can write it there. */
function factsOf({ generator, camera, software = [], created, modified }) {
  const facts = [
    ["generator", generator?.name],
    ["camera", [camera?.make, camera?.model].filter(Boolean).join(" ")],
    ["software", software.join(", ")],
    ["created", created],
    ["modified", modified],
  ];
  return facts.filter(([, value]) => value);
}
`;
