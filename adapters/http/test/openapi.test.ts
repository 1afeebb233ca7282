import { describe, expect, it } from "vitest";
import { httpPlace } from "./http-place.ts";

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly properties: object } }>>;
  };
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

async function documented() {
  const place = await httpPlace();
  const document = (await (await place.app.request("/openapi.json")).json()) as Document;
  return { ...place, document };
}

describe("the OpenAPI document", () => {
  it("describes every route once, with its parameters", async () => {
    const { document } = await documented();
    expect(document.openapi).toBe("3.1.0");
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, operation })),
    );
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = (operation.parameters ?? []).filter((each) => each.in === "path");
      expect(
        described.map(({ name }) => name),
        path,
      ).toEqual(inPath);
      expect(
        described.every(({ required }) => required),
        path,
      ).toBe(true);
    }
  });

  it("describes the form with its file, and the codes that come with each status", async () => {
    const { document } = await documented();
    const post = document.paths["/detect-forgery"]!["post"]!;
    expect(post.requestBody?.content["multipart/form-data"]?.schema.properties).toMatchObject({
      file: { type: "string", format: "binary" },
      consent_policy_version: { type: "string" },
    });
    expect(Object.keys(post.responses)).toEqual(
      expect.arrayContaining(["200", "202", "401", "413", "415", "422", "503"]),
    );
    expect(Object.keys(post.responses["200"]?.content ?? {})).toEqual(["application/json", "text/event-stream"]);
  });

  it("is what is answered: analyses, users and errors have the described attributes", async () => {
    const { document, upload, as } = await documented();
    const { z } = await import("zod");
    const schemaOf = (path: string, method: string, status: string) =>
      z.fromJSONSchema(document.paths[path]![method]!.responses[status]!.content!["application/json"]!.schema as never);
    const analysis = (await (await upload("ada")).json()) as object;
    expect(schemaOf("/detect-forgery", "post", "200").safeParse(analysis).error).toBeUndefined();
    expect(schemaOf("/detect-forgery", "post", "200").safeParse({ ...analysis, verdict: "MAYBE" }).success).toBe(false);
    for (const path of ["/v1/user", "/v1/user/quota", "/v1/analyses", "/v1/grants/received", "/v1/api-keys"]) {
      const body = await (await as("ada", path)).json();
      expect(schemaOf(path, "get", "200").safeParse(body).error, path).toBeUndefined();
    }
  });

  it("is shown to people on a page without scripts and without anything from elsewhere", async () => {
    const { app, document } = await documented();
    const answer = await app.request("/docs");
    const page = await answer.text();
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|https?:\/\//);
    for (const path of Object.keys(document.paths)) expect(page).toContain(path);
  });
});
