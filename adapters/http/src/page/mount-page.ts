import type { Hono } from "hono";
import type { AppEnvironment } from "../app-context.ts";
import { pagePolicy } from "../hardening.ts";
import { pageMarkup } from "./page-markup.ts";
import { pageStyle } from "./page-style.ts";
import { modules } from "./script/modules.ts";

const assets = [
  { path: "/assets/page.css", type: "text/css; charset=utf-8", text: pageStyle },
  ...Object.entries(modules).map(([name, text]) => ({
    path: `/assets/${name}.js`,
    type: "text/javascript; charset=utf-8",
    text,
  })),
];

/** The page at `/` and what it loads, all from here. */
export function mountPage(app: Hono<AppEnvironment>): void {
  app.get("/", (c) => {
    c.header("Content-Security-Policy", pagePolicy);
    return c.html(pageMarkup(Object.keys(modules)));
  });
  for (const { path, type, text } of assets) {
    app.get(path, (c) => c.body(text, { headers: { "Content-Type": type } }));
  }
}
