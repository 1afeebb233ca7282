import type { Hono } from "hono";
import type { AppEnvironment } from "../app-context.ts";
import { pageStyle } from "./page-style.ts";

/** The page at `/` and what it loads, all from here. */
export function mountPage(app: Hono<AppEnvironment>): void {
  app.get("/assets/page.css", (c) => c.body(pageStyle, { headers: { "Content-Type": "text/css; charset=utf-8" } }));
}
