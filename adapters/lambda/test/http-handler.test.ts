import { readFileSync } from "node:fs";
import { httpHandler, networkOfEvent } from "@artguard/lambda/http";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";

const app = new Hono();
app.post("/echo", async (context) => {
  const { save_image, ...more } = context.req.query();
  context.header("x-query", `${save_image} ${context.req.queries("tag")?.join("+")} ${Object.keys(more)}`);
  context.header("x-cookie", context.req.header("cookie") ?? "");
  return context.body(await context.req.arrayBuffer(), 200, { "content-type": "image/png" });
});
app.get("/network", (context) => context.json(networkOfEvent(context)));
app.post("/text", async (context) => context.json({ text: await context.req.text() }, 201));
const handler = httpHandler(app);

/** Every byte there is, twice in an order that is no text. */
const bytes = Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 167 + 13) % 256));

function eventOf(name: string, path: string, body: Buffer) {
  const event = JSON.parse(readFileSync(new URL(`./events/${name}.json`, import.meta.url), "utf8"));
  event.body = body.toString("base64");
  if ("httpMethod" in event) event.path = path;
  else {
    event.rawPath = path;
    event.requestContext.http.path = path;
  }
  return event;
}

for (const name of ["rest-api-v1", "http-api-v2", "function-url", "load-balancer", "load-balancer-lists"])
  describe(`httpHandler with an event of ${name}`, () => {
    it("keeps every byte of a body, in both directions", async () => {
      const answer = await handler(eventOf(name, "/echo", bytes));
      expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: true });
      expect(Buffer.from(answer.body, "base64").equals(bytes)).toBe(true);
    });

    it("brings query, repeated names and cookies to the app", async () => {
      const { headers, multiValueHeaders } = await handler(eventOf(name, "/echo", bytes));
      // A REST API wants a list of values of each header.
      const value = (header: string) => headers?.[header] ?? multiValueHeaders?.[header]?.[0];
      // Without lists a load balancer passes on the last of several values only.
      const tags = name === "load-balancer" ? "a" : "a+b";
      expect([value("x-query"), value("x-cookie")]).toEqual([`true ${tags} tag`, "session=1"]);
    });

    it("tells where the request comes from, as the front door saw it", async () => {
      const event = eventOf(name, "/network", Buffer.alloc(0));
      if ("httpMethod" in event) event.httpMethod = "GET";
      else event.requestContext.http.method = "GET";
      const { remoteAddress, forwardedFor } = JSON.parse((await handler(event)).body);
      // Behind a load balancer only what the header says: how many proxies are believed is the app's to know.
      expect(remoteAddress).toBe(name.startsWith("load-balancer") ? undefined : "192.0.2.10");
      expect(forwardedFor).toMatch(/^192\.0\.2\.10/);
    });

    it("answers text as text, with its status", async () => {
      const answer = await handler(eventOf(name, "/text", Buffer.from("añ\u{1F5BC}")));
      expect(answer).toMatchObject({ statusCode: 201, isBase64Encoded: false });
      expect(JSON.parse(answer.body)).toEqual({ text: "añ\u{1F5BC}" });
      expect((await handler(eventOf(name, "/nowhere", bytes))).statusCode).toBe(404);
    });
  });

it("outside of Lambda nobody tells networkOfEvent where a request comes from", async () => {
  expect(await (await app.request("/network")).json()).toEqual({});
});
