/** The report to keep: the server's evidence page, with the picture of this tab put in, which the server does not give out. */
export const report = String.raw`
import { element, languageNow, say, wordOf } from "./speech.js";
import { attempt } from "./failure.js";
import { ask } from "./session.js";
import { pictureOf } from "./overlay.js";

const longestSide = 2048;

/** The picture as the page may hold it; nothing for a format that this browser does not show. */
async function dataOf(file) {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return undefined;
  const shrink = Math.min(1, longestSide / Math.max(bitmap.width, bitmap.height));
  const canvas = element("canvas", { width: Math.max(1, bitmap.width * shrink), height: Math.max(1, bitmap.height * shrink) });
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.85);
}

async function withPicture(text, file) {
  const data = file && (await dataOf(file));
  if (!data) return text;
  const page = new DOMParser().parseFromString(text, "text/html");
  const frame = page.querySelector("img.frame");
  Object.assign(frame, { src: data, alt: wordOf("picture", { name: file.name }), className: "" });
  return "<!doctype html>\n" + page.documentElement.outerHTML;
}

function save(content, type, name) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

async function download({ request_id }) {
  const path = "/v1/analyses/" + encodeURIComponent(request_id) + "/evidence.html?language=" + languageNow();
  const page = await withPicture(await (await ask(path)).text(), pictureOf(request_id));
  save(page, "text/html", "artguard-" + request_id + "-" + wordOf("report_name") + ".html");
  say(() => wordOf("reported"));
}

export function reportOf(analysis) {
  const page = element("button", { type: "button", id: "report" }, wordOf("report"));
  page.addEventListener("click", () => attempt(() => download(analysis)));
  const data = element("button", { type: "button" }, wordOf("data"));
  const json = () => save(JSON.stringify(analysis, null, 2), "application/json", "artguard-" + analysis.request_id + ".json");
  data.addEventListener("click", json);
  return element("p", { className: "actions" }, ...(analysis.verdict ? [page] : []), data);
}
`;
