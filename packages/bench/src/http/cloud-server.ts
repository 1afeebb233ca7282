// A server of bench-http for workflow A: every detector, and a model on the Bedrock that the environment names.
import { loadConfiguration } from "@artguard/core";
import { bedrock } from "@artguard/core/bedrock";
import { loadServerSettings, serve } from "@artguard/http/serve";
import { announce } from "./announce.ts";

const { bedrockModel = "", bedrockEndpoint = "", region } = loadConfiguration();
const vision = bedrock({ model: bedrockModel, region, clientConfig: { endpoint: bedrockEndpoint } });
announce(await serve(loadServerSettings(), { cloudParts: { vision } }));
