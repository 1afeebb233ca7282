import { ArtGuardError } from "@artguard/core";
import { z } from "zod";
import { successStatus } from "../error-to-status.ts";
import { pagePolicy } from "../hardening.ts";
import { openApiDocument } from "../openapi/openapi-document.ts";
import { referencePage } from "../openapi/reference-page.ts";
import type { Route } from "../route.ts";
import { json } from "./schemas.ts";

const open = { method: "get", tag: "service", isOpen: true } as const;
const healthy = [{ status: "ok", description: "Yes.", bodies: json(z.object({ status: z.literal("ok") })) }] as const;

/** Answers as long as the process does. */
export const livePath = "/health/live";

const live: Route = {
  ...open,
  path: livePath,
  summary: "Whether the process answers",
  success: healthy,
  handle: async (c) => c.json({ status: "ok" }, successStatus.ok),
};

const ready: Route = {
  ...open,
  path: "/health/ready",
  summary: "Whether it can do its work and takes new requests",
  success: healthy,
  handle: async (c, app) => {
    try {
      await app.ready();
    } catch (cause) {
      throw new ArtGuardError("http.not-ready", "the service cannot do its work", { cause });
    }
    return c.json({ status: "ok" }, successStatus.ok);
  },
};

const metrics: Route = {
  ...open,
  path: "/metrics",
  summary: "Figures for Prometheus; without ids",
  success: [{ status: "ok", description: "The figures.", bodies: [{ type: "text/plain" }] }],
  handle: async (c, { metrics }) =>
    c.body(await metrics.text(), successStatus.ok, { "Content-Type": metrics.contentType }),
};

/** Routes about the service, and the two that describe all routes. */
export function serviceRoutes(others: readonly Route[]): readonly Route[] {
  const document: Route = {
    ...open,
    path: "/openapi.json",
    summary: "This description (OpenAPI 3.1)",
    success: [{ status: "ok", description: "The document.", bodies: json(z.looseObject({ openapi: z.string() })) }],
    handle: async (c) => c.body(description, successStatus.ok, { "Content-Type": "application/json" }),
  };
  const reference: Route = {
    ...open,
    path: "/docs",
    summary: "This description, for people",
    success: [{ status: "ok", description: "A page.", bodies: [{ type: "text/html" }] }],
    handle: async (c) => c.html(await page, successStatus.ok, { "Content-Security-Policy": pagePolicy }),
  };
  const routes = [live, ready, metrics, document, reference];
  const described = openApiDocument([...others, ...routes]);
  // Made once: anybody may ask for them, as often as they like.
  const [description, page] = [JSON.stringify(described), referencePage(described)];
  return routes;
}
