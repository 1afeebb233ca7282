import { words } from "./words.ts";

/** Behaviour of the page at `/`. What comes from outside is put in as text, never as markup. */
export const pageScript = `
const words = ${JSON.stringify(words)};
const $ = (id) => document.getElementById(id);
const store = sessionStorage;
let language = store.getItem("language") ?? (navigator.language.startsWith("es") ? "es" : "en");
let picture;
let shown;

const wordOf = (path) => path.split(".").reduce((part, name) => part[name], words[language]);
const say = (text) => { $("status").textContent = text; };
const element = (tag, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made[name] = value;
  made.append(...children);
  return made;
};

function speak() {
  document.documentElement.lang = language;
  document.title = wordOf("title");
  for (const each of document.querySelectorAll("[data-word]")) each.textContent = wordOf(each.dataset.word);
  if (shown) show(shown);
}

async function ask(path, options = {}) {
  const key = $("key").value.trim();
  if (!key) throw new Error(wordOf("no_key"));
  store.setItem("key", key);
  const answer = await fetch(path, { ...options, headers: { authorization: "Bearer " + key, ...options.headers } });
  if (answer.ok) return answer;
  const { error } = await answer.json();
  throw Object.assign(new Error(wordOf("failed") + error.message + " (" + error.code + ")"), { status: answer.status });
}

/** Reads server-sent events; each is what happened, and the id to go on from. */
async function* eventsOf(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    for (let end = text.indexOf("\\n\\n"); end >= 0; end = text.indexOf("\\n\\n")) {
      const lines = text.slice(0, end).split("\\n");
      text = text.slice(end + 2);
      const field = (name) => lines.filter((line) => line.startsWith(name + ":")).map((line) => line.slice(name.length + 1).trim()).join("\\n");
      if (field("data")) yield { id: field("id"), event: JSON.parse(field("data")) };
    }
  }
}

function step(event, counts) {
  const name = event.detector ?? event.detection?.id ?? "";
  if (event.type === "detector_started") counts.started += 1;
  if (event.type === "detected") counts.ended += 1;
  $("bar").value = event.type === "completed" ? 1 : 0.1 + 0.8 * (counts.ended / Math.max(counts.started, 1));
  if (words[language][event.type] && event.type !== "failed") {
    $("steps").append(element("li", {}, wordOf(event.type) + name));
    if (["created", "decoded", "completed"].includes(event.type)) say(wordOf(event.type));
  }
}

/** Follows an analysis to its end; a broken connection is taken up where it ended. */
async function follow(answer) {
  const counts = { started: 0, ended: 0 };
  let last = "";
  for (let tries = 0; tries < 20; tries++) {
    try {
      for await (const { id, event } of eventsOf(answer)) {
        last = id;
        step(event, counts);
        if (event.type === "failed") throw Object.assign(new Error(wordOf("failed") + event.error.message), { isFinal: true });
        if (event.type === "completed") return event.analysis;
      }
    } catch (error) {
      if (error.isFinal) throw error;
    }
    if (!last) break;
    say(wordOf("resumed"));
    await new Promise((resolve) => setTimeout(resolve, 500));
    answer = await ask("/v1/analyses/" + encodeURIComponent(last.split(":")[0]) + "/events", { headers: { "last-event-id": last } });
  }
  throw new Error(wordOf("failed"));
}

async function analyse(submitted) {
  submitted.preventDefault();
  const file = $("file").files[0];
  if (!file) return say(wordOf("no_file"));
  $("analyse").disabled = true;
  $("result").hidden = true;
  $("progress").hidden = false;
  $("steps").replaceChildren();
  $("bar").value = 0.05;
  say(wordOf("reading"));
  try {
    const form = new FormData();
    form.set("file", file);
    const query = $("save").checked ? "?save_image=true" : "";
    const answer = await ask("/detect-forgery" + query, { method: "POST", body: form, headers: { accept: "text/event-stream" } });
    const analysis = await follow(answer);
    picture = { id: analysis.request_id, file };
    await show(analysis);
    $("result").focus();
    await list();
  } catch (error) {
    say(error.message);
  } finally {
    $("analyse").disabled = false;
    $("progress").hidden = true;
  }
}

async function show(analysis) {
  shown = analysis;
  const parts = [verdictOf(analysis)];
  const map = await heatMapOf(analysis);
  if (picture?.id === analysis.request_id || map) parts.push(...pictureOf(analysis, map));
  if (!map) parts.push(element("p", {}, wordOf("no_heat_map")));
  parts.push(...explanationOf(analysis), ...findingsOf(analysis), ...provenanceOf(analysis), reportOf(analysis));
  if (shown !== analysis) return;
  $("verdict").replaceChildren(...parts);
  $("result").hidden = false;
}

function verdictOf(analysis) {
  const { verdict, forgery_score, confidence, coverage, filename, error_message } = analysis;
  if (!verdict) return element("p", {}, filename + ": " + (error_message ?? analysis.status));
  const figures = { score: forgery_score, low: confidence.low, high: confidence.high, coverage: coverage * 100 };
  const text = wordOf("score").replace(/{(\\w+)}/g, (_, name) => figures[name].toFixed(0));
  return element("div", {}, element("p", { className: "verdict " + verdict }, wordOf("verdicts." + verdict)),
    element("p", {}, text), element("p", {}, filename));
}

async function heatMapOf({ request_id }) {
  try {
    const answer = await ask("/v1/analyses/" + encodeURIComponent(request_id) + "/heat-map.png");
    return await createImageBitmap(await answer.blob());
  } catch {
    return undefined;
  }
}

function pictureOf({ request_id }, map) {
  const box = element("div", { className: "picture" });
  if (picture?.id === request_id) {
    box.append(element("img", { src: URL.createObjectURL(picture.file), alt: wordOf("picture") + " " + picture.file.name }));
  }
  if (!map) return [box];
  const canvas = element("canvas", { width: map.width, height: map.height });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", wordOf("heat_map"));
  if (!box.firstChild) canvas.style.position = "static";
  colour(canvas, map);
  box.append(canvas);
  const fade = element("input", { type: "range", id: "fade", min: 0, max: 100, value: 70 });
  const fading = () => { canvas.style.opacity = fade.value / 100; };
  fade.addEventListener("input", fading);
  fading();
  return [box, element("p", {}, element("label", {}, wordOf("strength") + " ", fade))];
}

/** From grey to yellow and red, the more suspicious the less transparent. */
function colour(canvas, map) {
  const context = canvas.getContext("2d");
  context.drawImage(map, 0, 0);
  const pixels = context.getImageData(0, 0, map.width, map.height);
  for (let i = 0; i < pixels.data.length; i += 4) {
    const level = pixels.data[i];
    pixels.data.set([255, 230 * (1 - level / 255), 0, level < 128 ? level / 2 : level], i);
  }
  context.putImageData(pixels, 0, 0);
}

const section = (title, ...children) => [element("h3", {}, wordOf(title)), ...children];
const listOf = (items) => element("ul", {}, ...items.map((text) => element("li", {}, text)));

function explanationOf({ ai_analysis }) {
  return ai_analysis ? section("explanation", element("p", {}, ai_analysis)) : [];
}

function findingsOf({ findings = [] }) {
  if (findings.length === 0) return section("findings", element("p", {}, wordOf("no_findings")));
  return section("findings", listOf(findings.map(({ claim, weight }) => claim + " (" + weight.toFixed(2) + ")")));
}

function provenanceOf({ detections = [], findings = [] }) {
  const detectors = new Set(detections.filter(({ family }) => family === "provenance").map(({ id }) => id));
  const said = findings.filter(({ detector }) => detectors.has(detector)).map(({ claim }) => claim);
  return section("provenance", said.length > 0 ? listOf(said) : element("p", {}, wordOf("no_provenance")));
}

function reportOf(analysis) {
  const blob = new Blob([JSON.stringify(analysis, null, 2)], { type: "application/json" });
  const link = element("a", { href: URL.createObjectURL(blob), download: "artguard-" + analysis.request_id + ".json" }, wordOf("report"));
  return element("p", {}, link);
}

async function list() {
  const { items } = await (await ask("/v1/analyses?limit=20")).json();
  const lines = items.map(({ request_id, filename, verdict, status, created_at }) => {
    const name = filename || request_id;
    const open = element("button", { type: "button", ariaLabel: wordOf("show") + " " + name }, wordOf("show"));
    const remove = element("button", { type: "button", ariaLabel: wordOf("delete") + " " + name }, wordOf("delete"));
    const path = "/v1/analyses/" + encodeURIComponent(request_id);
    open.addEventListener("click", () => attempt(async () => { await show(await (await ask(path)).json()); $("result").focus(); }));
    remove.addEventListener("click", () => attempt(async () => { await ask(path, { method: "DELETE" }); await list(); say(wordOf("deleted")); }));
    const when = new Date(created_at).toLocaleString(language);
    return element("li", {}, element("span", { className: "name" }, name),
      element("span", { className: verdict ?? "" }, verdict ? wordOf("verdicts." + verdict) : status), element("span", {}, when), open, remove);
  });
  $("history").replaceChildren(...(lines.length > 0 ? lines : [element("li", {}, wordOf("nothing_yet"))]));
}

async function attempt(work) {
  try {
    await work();
  } catch (error) {
    say(error.message);
  }
}

$("key").value = store.getItem("key") ?? "";
$("language").value = language;
$("language").addEventListener("change", ({ target }) => { language = target.value; store.setItem("language", language); speak(); });
$("theme").value = store.getItem("theme") ?? "light dark";
const dress = () => { document.documentElement.style.colorScheme = $("theme").value; store.setItem("theme", $("theme").value); };
$("theme").addEventListener("change", dress);
$("upload").addEventListener("submit", analyse);
$("refresh").addEventListener("click", () => attempt(list));
for (const type of ["dragover", "dragleave", "drop"]) {
  $("drop").addEventListener(type, (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", type === "dragover");
    if (type === "drop" && event.dataTransfer.files.length > 0) $("file").files = event.dataTransfer.files;
  });
}
dress();
speak();
if ($("key").value) attempt(list);
`;
