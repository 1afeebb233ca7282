/** The picture with its heat map, which fades by mouse and by keyboard. */
export const overlay = `
import { element, wordOf } from "./speech.js";
import { ask } from "./session.js";

/** The last picture of this tab: the server gives none back. */
let held;
export const hold = (request_id, file) => { held = { request_id, file }; };
export const pictureOf = (request_id) => (held?.request_id === request_id ? held.file : undefined);

async function heatMapOf(request_id) {
  try {
    const answer = await ask("/v1/analyses/" + encodeURIComponent(request_id) + "/heat-map.png");
    return await createImageBitmap(await answer.blob());
  } catch {
    return undefined;
  }
}

export async function overlayOf({ request_id }) {
  const map = await heatMapOf(request_id);
  const file = pictureOf(request_id);
  const box = element("div", { className: "picture" });
  if (file) box.append(imageOf(file));
  if (!map) return [...(file ? [box] : []), element("p", {}, wordOf("no_heat_map"))];
  const canvas = element("canvas", { width: map.width, height: map.height, role: "img", "aria-label": wordOf("heat_map") });
  if (!file) canvas.className = "alone";
  colour(canvas, map);
  box.append(canvas);
  return [box, element("p", {}, element("label", {}, wordOf("strength") + " ", faderOf(canvas)))];
}

function imageOf(file) {
  const src = URL.createObjectURL(file);
  const image = element("img", { src, alt: wordOf("picture", { name: file.name }) });
  image.addEventListener("load", () => URL.revokeObjectURL(src));
  return image;
}

function faderOf(canvas) {
  const fade = element("input", { type: "range", id: "fade", min: 0, max: 100, value: 70 });
  const fading = () => {
    canvas.style.opacity = fade.value / 100;
    fade.setAttribute("aria-valuetext", wordOf("percent", { value: fade.value }));
  };
  fade.addEventListener("input", fading);
  fading();
  return fade;
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
`;
