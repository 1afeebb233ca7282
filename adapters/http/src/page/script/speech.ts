import { words } from "../words/words.ts";

/** Says things in the language of the reader. What it is given is put in as text, never as markup. */
export const speech = String.raw`
const words = ${JSON.stringify(words)};
const chosen = sessionStorage.getItem("language");
let language = chosen in words ? chosen : navigator.language.startsWith("es") ? "es" : "en";
let said = () => "";

export const $ = (id) => document.getElementById(id);

export const languageNow = () => language;

/** The words of this path, with values in the places of their names. */
export function wordOf(path, values = {}) {
  const text = path.split(".").reduce((part, name) => part?.[name], words[language]);
  return text?.replace(/{(\w+)}/g, (_, name) => String(values[name]));
}

export const errorWords = (name) => words[language].errors[name];

export const numberOf = (value, digits = 0) =>
  new Intl.NumberFormat(wordOf("locale"), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

export const momentOf = (time) => new Date(time).toLocaleString(wordOf("locale"));

/** Tells the reader, also one who listens. What is said is a function: it is said again in another language. */
export function say(words) {
  said = words;
  $("status").textContent = said();
}

/** Says everything on the page in this language. */
export function speak(next) {
  language = next;
  sessionStorage.setItem("language", language);
  document.documentElement.lang = language;
  document.title = wordOf("title");
  for (const each of document.querySelectorAll("[data-word]")) each.textContent = wordOf(each.dataset.word);
  say(said);
}

export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}
`;
