import { describe, expect, it } from "vitest";
import { html } from "../../src/report/html.ts";

describe("html", () => {
  it("escapes what comes from outside, in elements and in attributes", () => {
    const hostile = `<img src=x onerror="alert('1')">&`;
    expect(html`<p title="${hostile}">${hostile}</p>`.text).toBe(
      `<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</p>`,
    );
  });

  it("prints markup, lists and numbers, and nothing for false and undefined", () => {
    expect(html`<ul>${[1, 2].map((n) => html`<li>${n}</li>`)}</ul>${false}${undefined}${0}`.text).toBe(
      "<ul><li>1</li><li>2</li></ul>0",
    );
  });

  it("makes characters that turn the direction of text visible", () => {
    expect(html`${"photo\u202egpj.exe"}`.text).toBe("photo\ufffdgpj.exe");
  });
});
