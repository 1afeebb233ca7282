import type { AddressInfo } from "node:net";
import { createApp } from "@artguard/http";
import { getRequestListener } from "@hono/node-server";
import express, { type Request } from "express";
import { install } from "./installation.ts";
import { story } from "./story.ts";

const { governance, key, remove } = await install();

// Express knows the caller's address behind the proxies that it trusts, and ArtGuard takes its word.
const artguard = createApp({
  governance,
  page: false,
  networkOf: ({ env }) => {
    const { ip } = (env as { incoming: Request }).incoming;
    return ip === undefined ? {} : { remoteAddress: ip };
  },
});

const host = express();
host.set("trust proxy", "loopback");
// A parser belongs to the routes that need it: `host.use(express.json())` would eat what is meant for ArtGuard.
host.post("/orders", express.json(), ({ body }, response) => void response.json({ ordered: body.pigment }));
host.use(getRequestListener(artguard.fetch, { overrideGlobalObjects: false }));

const server = host.listen(0, "127.0.0.1");
await new Promise((listening) => server.once("listening", listening));
try {
  await story(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, key, governance);
} finally {
  server.close();
  server.closeAllConnections();
  await remove();
}
