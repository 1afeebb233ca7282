import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";

/** One request as the server got it. */
interface ReceivedRequest {
  /** E.g. `PutItem`. */
  readonly operation: string;
  // The protocol's JSON: each test knows what it sent.
  readonly input: Record<string, never>;
}

/** How the server answers one request: an output, an error, no answer at all, or a broken connection. */
export type Answer =
  | { readonly output: object }
  | { readonly error: string; readonly status?: number; readonly message?: string; readonly more?: object }
  | "hang"
  | "hang up";

/** A server on loopback that speaks DynamoDB's protocol and answers from a script. */
export interface ScriptedDynamoDB extends AsyncDisposable {
  readonly requests: readonly ReceivedRequest[];
  readonly clientConfig: DynamoDBClientConfig;
}

/** Starts it. @param script The answers in turn; the last one answers whatever follows. */
export async function startScriptedDynamoDB(...script: Answer[]): Promise<ScriptedDynamoDB> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    void read(request).then((received) => {
      const answer = script[Math.min(requests.length, script.length - 1)]!;
      requests.push(received);
      respond(response, answer);
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address() as { port: number };
  const clientConfig: DynamoDBClientConfig = {
    endpoint: `http://127.0.0.1:${address.port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "scripted", secretAccessKey: "scripted" },
  };
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { requests, clientConfig, [Symbol.asyncDispose]: stop };
}

async function read(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const operation = String(request.headers["x-amz-target"]).split(".")[1]!;
  return { operation, input: JSON.parse(Buffer.concat(chunks).toString()) };
}

function respond(response: ServerResponse, answer: Answer): void {
  if (answer === "hang") return;
  if (answer === "hang up") {
    response.destroy();
    return;
  }
  const isError = "error" in answer;
  response.writeHead(isError ? (answer.status ?? 400) : 200, { "content-type": "application/x-amz-json-1.0" });
  const error = isError && {
    __type: `com.amazonaws.dynamodb.v20120810#${answer.error}`,
    message: answer.message ?? "",
  };
  response.end(JSON.stringify(isError ? { ...error, ...answer.more } : answer.output));
}
