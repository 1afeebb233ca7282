/** Behaviour of an evidence page: choose which map lies over the image, and how strongly. */
export const pageScript = `
const overlays = [...document.querySelectorAll(".overlay")];
const fade = document.querySelector("#fade");
const show = () => {
  const chosen = document.querySelector("input[name=overlay]:checked").value;
  for (const overlay of overlays) {
    overlay.hidden = overlay.dataset.overlay !== chosen;
    overlay.style.opacity = fade.value / 100;
  }
  fade.setAttribute("aria-valuetext", fade.value + " " + fade.dataset.unit);
};
if (fade) {
  for (const input of document.querySelectorAll("input[name=overlay]")) input.addEventListener("change", show);
  fade.addEventListener("input", show);
  show();
}
const boxes = document.querySelector("#boxes");
if (boxes) boxes.addEventListener("change", () => {
  document.querySelector(".regions").style.display = boxes.checked ? "" : "none";
});
`;
