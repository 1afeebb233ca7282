import { html } from "hono/html";

/** The page at `/`; its words come from the script, in the language of the reader. */
export function pageMarkup() {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>ArtGuard</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/assets/page.css"><script type="module" src="/assets/page.js"></script></head>
<body>
<header><h1 data-word="title">ArtGuard</h1>
<div class="choices"><label><span data-word="language">Language</span>
<select id="language"><option value="en" lang="en">English</option><option value="es" lang="es">Español</option></select></label>
<label><span data-word="theme">Appearance</span>
<select id="theme"><option value="light dark" data-word="themes.auto"></option><option value="light" data-word="themes.light"></option>
<option value="dark" data-word="themes.dark"></option></select></label></div></header>
<main>
<form id="upload">
<p><label for="key" data-word="key">API key</label>
<input id="key" type="password" autocomplete="off" spellcheck="false" aria-describedby="key-hint">
<small id="key-hint" data-word="key_hint"></small></p>
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
<p><button type="button" id="refresh" data-word="refresh">Refresh</button></p><ul id="history"></ul></section>
</main>
<footer><p data-word="caution"></p><p><a href="/docs">API</a></p></footer>
<noscript>JavaScript</noscript>
</body></html>`;
}
