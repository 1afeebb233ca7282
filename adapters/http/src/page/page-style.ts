/** Style of the page at `/` and of the reference at `/docs`. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: light-dark(#1b1b1b, #ececec); --paper: light-dark(#ffffff, #151515);
  --soft: light-dark(#555555, #b5b5b5); --line: light-dark(#767676, #8a8a8a); --link: light-dark(#0b57a4, #8ab8f0);
  --good: light-dark(#1d6b2f, #7fd397); --doubt: light-dark(#7a5200, #f0c060); --bad: light-dark(#a51d1d, #ff9a8f); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); }
[hidden] { display: none; }
header, .choices { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; justify-content: space-between; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.2rem; margin: 1.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
label { font-weight: 600; }
label.check, .choices label { font-weight: 400; }
small, footer { color: var(--soft); }
a { color: var(--link); }
input, select, button, textarea { font: inherit; color: inherit; max-width: 100%; }
input[type=password], input[type=email], #organization, textarea, select, button { background: var(--paper); border: 1px solid var(--line); border-radius: .3rem;
  padding: .35rem .7rem; }
#key, textarea { width: min(100%, 36rem); display: block; }
.fields { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: end; }
.fields label, .fields input { display: block; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem 1rem; }
summary { cursor: pointer; font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { font-weight: 600; } dd { margin: 0; }
button { cursor: pointer; font-weight: 600; }
button:disabled { cursor: progress; opacity: .7; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.drop { border: 2px dashed var(--line); border-radius: .5rem; padding: 1.5rem; }
.drop.over { border-style: solid; border-color: var(--link); }
.drop label, .drop input { display: block; }
progress { width: 100%; accent-color: var(--link); }
.verdict { font-size: 1.4rem; font-weight: 700; margin: .5rem 0; }
.AUTHENTIC { color: var(--good); } .SUSPICIOUS { color: var(--doubt); } .LIKELY_FORGED { color: var(--bad); }
.picture { position: relative; display: inline-block; line-height: 0; max-width: 100%; }
.picture img, .picture canvas { max-width: 100%; }
.picture canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
.picture canvas.alone { position: static; height: auto; border: 1px solid var(--line); }
#history { list-style: none; padding: 0; }
#history li { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding: .4rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
#history .name { flex: 1 1 12rem; }
li, dd, p { overflow-wrap: anywhere; }
.reference pre { max-height: 30rem; overflow: auto; border: 1px solid var(--line); padding: .5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); }
code { overflow-wrap: anywhere; }
`;
