// ArtGuard over HTTP, behind a function URL, an HTTP API or a REST API.
import { createApp } from "@artguard/http";
import { httpHandler, networkOfEvent } from "@artguard/lambda/http";
import { governance, logError } from "./deployment.ts";

export const handler = httpHandler(createApp({ governance, networkOf: networkOfEvent, onError: logError }));
