/** Style of every page of a report. */
export const pageStyle = `
:root { color-scheme: light dark; --text: #1b1f24; --page: #fff; --soft: #57606a; --line: #d0d7de; --panel: #f6f8fa;
  --good: #116329; --open: #7a4b00; --bad: #a40e26; --link: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --page: #0d1117; --soft: #9da7b3; --line: #30363d;
  --panel: #161b22; --good: #56d364; --open: #e3b341; --bad: #ff7b72; --link: #79c0ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 72rem; color: var(--text); background: var(--page);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
a { color: var(--link); }
.soft, dt, caption { color: var(--soft); }
.verdict { font-size: 1.25rem; font-weight: 700; margin: .75rem 0 .25rem; }
.AUTHENTIC { color: var(--good); } .SUSPICIOUS { color: var(--open); } .LIKELY_FORGED, .FAILED { color: var(--bad); }
.picture { position: relative; display: inline-block; max-width: 100%; line-height: 0; background: var(--panel); }
.picture > :first-child { width: auto; height: auto; max-width: 100%; max-height: 80vh; }
.frame { outline: 1px solid var(--line); outline-offset: -1px; }
.overlay, .regions { position: absolute; inset: 0; width: 100%; height: 100%; filter: url(#suspicion); }
.definitions { position: absolute; }
.regions { filter: none; pointer-events: none; }
.regions * { fill: none; stroke: #fff; stroke-width: 2; vector-effect: non-scaling-stroke;
  paint-order: stroke; stroke-dasharray: 6 4; }
.regions .under { stroke: #000; stroke-width: 4; stroke-dasharray: none; }
.controls { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; margin: .75rem 0; padding: .75rem 1rem;
  border: 1px solid var(--line); background: var(--panel); }
.controls fieldset { display: flex; flex-wrap: wrap; gap: .25rem 1rem; border: 0; margin: 0; padding: 0; }
.controls legend { float: left; padding: 0; font-weight: 600; margin-right: 1rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding-bottom: .5rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.word { white-space: nowrap; }
.findings { list-style: none; margin: 0; padding: 0; }
.findings li { padding: .6rem 0; border-bottom: 1px solid var(--line); }
.explanation { margin: 0; padding-left: 1.5rem; }
.explanation > li { padding: .25rem 0; }
.explanation ul { margin: .25rem 0; padding-left: 1.5rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; }
dd { margin: 0; overflow-wrap: anywhere; }
.tree, .tree ul { list-style: none; margin: 0; padding-left: 1rem; border-left: 1px solid var(--line); }
code { font-size: .9em; overflow-wrap: anywhere; }
`;
