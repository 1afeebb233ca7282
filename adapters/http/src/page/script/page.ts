/** Behaviour of the page at `/`, put together. */
export const page = `
import { $, languageNow, say, speak, wordOf } from "./speech.js";
import { attempt, first } from "./failure.js";
import { clear, draw, list } from "./history.js";
import { hold } from "./overlay.js";
import { begin, end, follow } from "./progress.js";
import { forget, showAgain, showAndFocus } from "./result.js";
import { ask, knowsWho, logIn, logOut, offerLogin, showPerson } from "./session.js";

async function analyse() {
  const file = $("file").files[0];
  if (!file) throw first("no_file");
  $("analyse").disabled = true;
  begin();
  try {
    const form = new FormData();
    form.set("file", file);
    const query = $("save").checked ? "?save_image=true" : "";
    const answer = await ask("/detect-forgery" + query, { method: "POST", body: form, headers: { accept: "text/event-stream" } });
    const { request_id } = await follow(answer);
    hold(request_id, file);
    await showAndFocus(request_id);
    await list();
  } finally {
    $("analyse").disabled = false;
    end();
  }
}

const onSubmit = (id, work) => $(id).addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(work);
});
const onClick = (id, work) => $(id).addEventListener("click", () => attempt(work));

onSubmit("upload", analyse);
onSubmit("login", async () => { await logIn(); await list(); });
onClick("logout", logOut);
onClick("refresh", () => list());
onClick("more", () => list({ more: true }));

// Whoever comes next sees nothing of whoever was here.
document.addEventListener("nobody", () => {
  clear();
  forget();
  hold();
});

function tell(language) {
  speak(language);
  showPerson();
  if ($("history").childElementCount > 0) draw();
}
$("language").value = languageNow();
$("language").addEventListener("change", ({ target }) => {
  tell(target.value);
  attempt(showAgain);
});
$("theme").value = sessionStorage.getItem("theme") ?? "light dark";
const dress = () => {
  document.documentElement.style.colorScheme = $("theme").value;
  sessionStorage.setItem("theme", $("theme").value);
};
$("theme").addEventListener("change", dress);
for (const type of ["dragover", "dragleave", "drop"]) {
  $("drop").addEventListener(type, (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", type === "dragover");
    if (type === "drop" && event.dataTransfer.files.length > 0) $("file").files = event.dataTransfer.files;
  });
}
dress();
tell(languageNow());
offerLogin();
if (knowsWho()) attempt(() => list());
`;
