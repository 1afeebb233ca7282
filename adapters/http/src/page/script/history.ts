/** The analyses of before. */
export const history = `
import { $, element, momentOf, say, wordOf } from "./speech.js";
import { attempt } from "./failure.js";
import { ask } from "./session.js";
import { forget, showAndFocus } from "./result.js";

const pageLength = 20;
let items = [];
let cursor;

/** Reads the newest; with "more" the ones before those that are there. */
export async function list({ more = false } = {}) {
  const from = more && cursor ? "&cursor=" + encodeURIComponent(cursor) : "";
  const page = await (await ask("/v1/analyses?limit=" + pageLength + from)).json();
  items = more ? [...items, ...page.items] : page.items;
  cursor = page.cursor;
  draw();
}

/** Draws what is known, once something is. */
export function draw() {
  $("more").hidden = !cursor;
  const lines = items.map(lineOf);
  $("history").replaceChildren(...(lines.length > 0 ? lines : [element("li", {}, wordOf("nothing_yet"))]));
}

export function clear() {
  items = [];
  cursor = undefined;
  $("more").hidden = true;
  $("history").replaceChildren();
}

function lineOf({ request_id, filename, verdict, status, created_at }) {
  const name = filename || request_id;
  const outcome = verdict ? wordOf("verdicts." + verdict) : wordOf("statuses." + status);
  return element("li", {}, element("span", { className: "name" }, name),
    element("span", { className: verdict ?? "" }, outcome), element("span", {}, momentOf(created_at)),
    button("show", name, () => showAndFocus(request_id)), button("delete", name, () => remove(request_id, name)));
}

function button(word, name, work) {
  const made = element("button", { type: "button", "aria-label": wordOf(word) + " " + name }, wordOf(word));
  made.addEventListener("click", () => attempt(work));
  return made;
}

async function remove(request_id, name) {
  if (!confirm(wordOf("really_delete", { name }))) return;
  await ask("/v1/analyses/" + encodeURIComponent(request_id), { method: "DELETE" });
  forget(request_id);
  await list();
  $("refresh").focus();
  say(() => wordOf("deleted"));
}
`;
