import { createApp } from "@artguard/http";
import { getRequestListener } from "@hono/node-server";
import fastify from "fastify";
import { install } from "../express-host/installation.ts";
import { story } from "../express-host/story.ts";

const { governance, key, remove } = await install();

// Fastify knows the caller's address behind the proxies that it trusts, and ArtGuard takes its word.
const addresses = new WeakMap<object, string>();
const artguard = createApp({
  governance,
  page: false,
  networkOf: ({ env }) => {
    const address = addresses.get((env as { incoming: object }).incoming);
    return address === undefined ? {} : { remoteAddress: address };
  },
});
const listener = getRequestListener(artguard.fetch, { overrideGlobalObjects: false });

const host = fastify({ trustProxy: "loopback" });
host.post<{ Body: { pigment: string } }>("/orders", async ({ body }) => ({ ordered: body.pigment }));
// In a context of its own, whose bodies nobody parses: ArtGuard reads the connection itself, by its own limits.
host.register(async (context) => {
  context.removeAllContentTypeParsers();
  context.addContentTypeParser("*", (_request, _payload, done) => done(null));
  context.all("/*", async (request, reply) => {
    addresses.set(request.raw, request.ip);
    reply.hijack();
    await listener(request.raw, reply.raw);
  });
});

try {
  await story(await host.listen({ port: 0, host: "127.0.0.1" }), key, governance);
} finally {
  await host.close();
  await remove();
}
