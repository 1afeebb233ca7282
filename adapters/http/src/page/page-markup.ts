import { html } from "hono/html";
import { english } from "./words/english.ts";

/** The page at `/`; its words come from the script, in the language of the reader. @param modules Names of its scripts. */
export function pageMarkup(modules: readonly string[]) {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>ArtGuard</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/assets/page.css">
${modules.map((name) => html`<link rel="modulepreload" href="/assets/${name}.js">`)}
<script type="module" src="/assets/page.js"></script></head>
<body>
<header><h1 data-word="title">ArtGuard</h1>
<div class="choices"><label><span data-word="language">Language</span>
<select id="language"><option value="en" lang="en">English</option><option value="es" lang="es">Español</option></select></label>
<label><span data-word="theme">Appearance</span>
<select id="theme"><option value="light dark" data-word="themes.auto"></option><option value="light" data-word="themes.light"></option>
<option value="dark" data-word="themes.dark"></option></select></label></div></header>
<main>
<section aria-labelledby="access-title"><h2 id="access-title" data-word="access">Who asks</h2>
<p id="person" hidden><span id="person-name"></span> <button type="button" id="logout" data-word="logout"></button></p>
<p id="key-row"><label for="key" data-word="key">API key</label>
<input id="key" type="password" autocomplete="off" spellcheck="false" aria-describedby="key-hint" form="upload">
<small id="key-hint" data-word="key_hint"></small></p>
<form id="login" hidden aria-labelledby="login-title"><h3 id="login-title" data-word="login_title"></h3>
<div class="fields"><label><span data-word="email"></span> <input id="email" type="email" autocomplete="username" required></label>
<label><span data-word="password"></span> <input id="password" type="password" autocomplete="current-password" required></label>
<label><span data-word="organization"></span> <input id="organization" autocomplete="organization" spellcheck="false"></label>
<button type="submit" data-word="login"></button></div></form></section>
<form id="upload">
<p class="drop" id="drop"><label for="file" data-word="file">Picture</label>
<input id="file" type="file" accept="image/jpeg,image/png,image/webp,image/tiff,image/avif,image/gif"></p>
<p><label class="check"><input id="save" type="checkbox"> <span data-word="save"></span></label></p>
<p><button type="submit" id="analyse" data-word="analyse">Analyse</button></p>
</form>
<p id="status" role="status"></p>
<section id="progress" hidden aria-labelledby="progress-title"><h2 id="progress-title" data-word="progress">Progress</h2>
<progress id="bar" aria-labelledby="progress-title" max="1" value="0"></progress><ol id="steps"></ol></section>
<section id="result" hidden tabindex="-1" aria-labelledby="result-title"><h2 id="result-title" data-word="result">Result</h2>
<div id="verdict"></div></section>
<section aria-labelledby="history-title"><h2 id="history-title" data-word="history">History</h2>
<p><button type="button" id="refresh" data-word="refresh">Refresh</button></p><ul id="history"></ul>
<p><button type="button" id="more" data-word="more" hidden>Older ones</button></p></section>
</main>
<footer><p data-word="caution"></p><p><a href="/docs">API</a></p></footer>
<noscript><p>${english.no_script}</p></noscript>
</body></html>`;
}
