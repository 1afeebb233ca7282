import { PassageIndex } from "../knowledge/passage-index.ts";

/** A request that the fake got. */
export interface FakeRetrieveRequest {
  readonly method: string;
  /** With the id of the knowledge base, `/knowledgebases/<id>/retrieve`. */
  readonly path: string;
  readonly body: string;
}

/** An answer in the wire form of the service. */
export interface FakeRetrieveResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A document of the fake; `uri` is where S3 would have it. */
export interface FakeRetrieveDocument {
  readonly uri: string;
  readonly text: string;
}

/** A fake of Bedrock's Retrieve for tests without a network. */
export interface FakeRetrieve {
  /** Answers one request; plug it into any HTTP server. */
  handle(request: FakeRetrieveRequest): Promise<FakeRetrieveResponse>;
  /** Every request so far. */
  readonly requests: readonly FakeRetrieveRequest[];
  /** Makes the next requests fail with an exception of the service. */
  failNext(exception: string, status: number, times?: number): void;
  /** Makes the next request get exactly this answer. */
  answerNext(response: FakeRetrieveResponse): void;
}

/**
 * Speaks the wire form of `POST /knowledgebases/<id>/retrieve` and ranks its documents by words, as no embedding model
 * does. Only the shapes are Bedrock's.
 */
export async function fakeRetrieve(documents: readonly FakeRetrieveDocument[]): Promise<FakeRetrieve> {
  const index = await PassageIndex.of(documents.map(({ uri, text }) => ({ source: uri, text })));
  const requests: FakeRetrieveRequest[] = [];
  const planned: FakeRetrieveResponse[] = [];
  return {
    requests,
    failNext: (exception, status, times = 1) => {
      for (let i = 0; i < times; i++) planned.push(failure(exception, status));
    },
    answerNext: (response) => void planned.push(response),
    async handle(request) {
      requests.push(request);
      return planned.shift() ?? answer(index, request);
    },
  };
}

function answer(index: PassageIndex, { method, path, body }: FakeRetrieveRequest): FakeRetrieveResponse {
  if (method !== "POST" || !/^\/knowledgebases\/[0-9A-Za-z]{10}\/retrieve$/.test(path))
    return failure("ResourceNotFoundException", 404);
  const { retrievalQuery, retrievalConfiguration } = JSON.parse(body);
  const text: unknown = retrievalQuery?.text;
  if (typeof text !== "string" || text === "" || text.length > 1000) return failure("ValidationException", 400);
  const limit: number = retrievalConfiguration?.vectorSearchConfiguration?.numberOfResults ?? 5;
  const retrievalResults = index.search(text, limit).map((passage) => ({
    content: { type: "TEXT", text: passage.text },
    location: { type: "S3", s3Location: { uri: passage.source } },
    score: passage.score,
    metadata: { "x-amz-bedrock-kb-source-uri": passage.source },
  }));
  return json(200, { retrievalResults });
}

function failure(exception: string, status: number): FakeRetrieveResponse {
  const { headers, body } = json(status, { message: `a planned ${exception}` });
  return { status, headers: { ...headers, "x-amzn-errortype": exception }, body };
}

function json(status: number, body: unknown): FakeRetrieveResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
