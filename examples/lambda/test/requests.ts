import { readFile } from "node:fs/promises";

/** Kinds of events that a function is called with for a request. */
export const eventKinds = ["rest-api-v1", "http-api-v2", "function-url"] as const;
export type EventKind = (typeof eventKinds)[number];

/** A request, and how it is made an event. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** An answer as the caller of API Gateway sees it. */
export interface Answered {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly bytes: Buffer;
  readonly json: () => Record<string, unknown>;
}

/** The recorded event of this kind, with this request in it. */
export async function eventOf(kind: EventKind, { method, path, headers = {}, body }: Asked): Promise<unknown> {
  const file = new URL(`../../../adapters/lambda/test/events/${kind}.json`, import.meta.url);
  const event = JSON.parse(await readFile(file, "utf8"));
  const { pathname, search, searchParams } = new URL(path, "http://localhost");
  const common = { ...event, isBase64Encoded: body !== undefined };
  // A REST API says that there is none, the others do not mention it.
  delete common.body;
  if (body) common.body = Buffer.from(body).toString("base64");
  else if ("httpMethod" in event) common.body = null;
  if ("httpMethod" in event) {
    const names = Object.entries({ Host: event.headers.Host, ...headers });
    return {
      ...common,
      httpMethod: method,
      path: pathname,
      headers: Object.fromEntries(names),
      multiValueHeaders: Object.fromEntries(names.map(([name, value]) => [name, [value]])),
      queryStringParameters: Object.fromEntries(searchParams),
      multiValueQueryStringParameters: Object.fromEntries(
        [...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]),
      ),
      requestContext: { ...event.requestContext, httpMethod: method, path: `/prod${pathname}` },
    };
  }
  const lowered = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    ...common,
    rawPath: pathname,
    rawQueryString: search.slice(1),
    queryStringParameters: Object.fromEntries(searchParams),
    headers: { host: event.headers.host, ...lowered },
    requestContext: { ...event.requestContext, http: { ...event.requestContext.http, method, path: pathname } },
  };
}

/** Reads what the function answered. */
export function answerOf(payload: unknown): Answered {
  const {
    statusCode,
    headers = {},
    multiValueHeaders = {},
    body,
    isBase64Encoded,
  } = payload as {
    statusCode: number;
    headers?: Record<string, string>;
    multiValueHeaders?: Record<string, string[]>;
    body: string;
    isBase64Encoded: boolean;
  };
  const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  return {
    status: statusCode,
    header: (name) => headers[name] ?? multiValueHeaders[name]?.[0],
    bytes,
    json: () => JSON.parse(bytes.toString()),
  };
}

/** A form with one file. */
export async function uploadOf(bytes: Uint8Array, filename: string): Promise<Pick<Asked, "headers" | "body">> {
  const form = new FormData();
  form.set("file", new Blob([new Uint8Array(bytes)]), filename);
  const encoded = new Response(form);
  return {
    headers: { "Content-Type": encoded.headers.get("content-type") ?? "" },
    body: new Uint8Array(await encoded.arrayBuffer()),
  };
}
