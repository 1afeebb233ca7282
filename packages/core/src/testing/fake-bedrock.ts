import {
  type FakeBedrockReply,
  type FakeConverseBody,
  type FakeConverseRequest,
  failing,
} from "./fake-bedrock-replies.ts";
import { type FakeReply, type FakeRequest, type LoopbackServer, startLoopbackServer } from "./loopback-server.ts";

/** Another operation that the fake serves. */
export interface FakeRoute {
  readonly method: string;
  /** Of the path with its query. */
  readonly path: RegExp;
  reply(request: FakeRequest): FakeReply | Promise<FakeReply>;
}

/** Options of {@link startFakeBedrock}. */
export interface FakeBedrockOptions {
  /** The replies to calls of the model in turn; the last one answers whatever follows. */
  readonly script: readonly FakeBedrockReply[];
  /** Asked before the model's own operations. */
  readonly routes?: readonly FakeRoute[];
}

/** A Bedrock on loopback that answers from a script. */
export interface FakeBedrock extends LoopbackServer {
  /** Calls of the model, as JSON. */
  readonly calls: readonly FakeConverseRequest[];
  /** For the SDK's clients. */
  readonly clientConfig: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
}

const modelPath = /^\/model\/([^/]+)\/(converse|converse-stream)$/;

/**
 * Starts a Bedrock for tests: Converse and ConverseStream in their real wire shapes, over HTTP/1.1 and HTTP/2, as badly
 * as the script wants. What went wrong on purpose is listed in `faults`. Signatures are not checked.
 *
 * @param options.region Region of `clientConfig`; default `eu-central-1`.
 * @example
 * const fake = await startFakeBedrock({ script: [failing("ThrottlingException"), answering({ sentences: [] })] });
 */
export async function startFakeBedrock({
  script,
  routes = [],
  region = "eu-central-1",
}: FakeBedrockOptions & { readonly region?: string }): Promise<FakeBedrock> {
  const calls: FakeConverseRequest[] = [];
  const server = await startLoopbackServer(async (request) => {
    const route = routes.find(({ method, path }) => method === request.method && path.test(request.path));
    if (route !== undefined) return await route.reply(request);
    const call = callOf(request);
    if (call === undefined) return { status: 404, headers: { "x-amzn-errortype": "UnknownOperationException" } };
    const reply = script[Math.min(calls.length, script.length - 1)] ?? failing("InternalServerException");
    calls.push(call);
    return reply(call);
  });
  const credentials = { accessKeyId: "fake", secretAccessKey: "fake" };
  // Not spread: `requests` and `faults` grow.
  return Object.assign(server, { calls, clientConfig: { endpoint: server.url, region, credentials } });
}

function callOf(request: FakeRequest): FakeConverseRequest | undefined {
  const [, modelId, operation] = modelPath.exec(request.path) ?? [];
  if (request.method !== "POST" || modelId === undefined || !isConverseBody(request.body)) return;
  const { body } = request;
  return { ...request, body, modelId: decodeURIComponent(modelId), streams: operation === "converse-stream" };
}

function isConverseBody(body: unknown): body is FakeConverseBody {
  return typeof body === "object" && body !== null && "messages" in body && Array.isArray(body.messages);
}
