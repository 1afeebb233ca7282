import type { Hono } from "hono";
import type { AppEnvironment } from "../app-context.ts";
import { pagePolicy } from "../hardening.ts";
import { pageMarkup } from "./page-markup.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";

const assets = [
  { path: "/assets/page.css", type: "text/css; charset=utf-8", text: pageStyle },
  { path: "/assets/page.js", type: "text/javascript; charset=utf-8", text: pageScript },
];

/** The page at `/` and what it loads, all from here. */
export function mountPage(app: Hono<AppEnvironment>): void {
  app.get("/", (c) => {
    c.header("Content-Security-Policy", pagePolicy);
    return c.html(pageMarkup());
  });
  for (const { path, type, text } of assets) {
    app.get(path, (c) => c.body(text, { headers: { "Content-Type": type } }));
  }
}
