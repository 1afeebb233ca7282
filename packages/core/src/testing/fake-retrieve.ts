import { PassageIndex } from "../knowledge/passage-index.ts";
import type { FakeRoute } from "./fake-bedrock.ts";
import type { FakeReply, FakeRequest } from "./loopback-server.ts";

/** A document of the fake; `uri` is where S3 would have it. */
export interface FakeRetrieveDocument {
  readonly uri: string;
  readonly text: string;
}

/** A fake of a Bedrock Knowledge Base, for `startFakeBedrock` or another server. */
export interface FakeRetrieve extends FakeRoute {
  /** Every request so far. */
  readonly requests: readonly FakeRequest[];
  /** The next requests get these replies, in turn, in place of passages. */
  replyNext(...replies: FakeReply[]): void;
}

/**
 * Speaks the wire form of `POST /knowledgebases/<id>/retrieve` and ranks its documents by words, as no embedding model
 * does. Only the shapes are Bedrock's.
 *
 * @example
 * const retrieve = await fakeRetrieve([{ uri: "s3://documents/grain.md", text: "The grain of cameras differs." }]);
 * await using server = await startFakeBedrock({ script: [], routes: [retrieve] });
 */
export async function fakeRetrieve(documents: readonly FakeRetrieveDocument[]): Promise<FakeRetrieve> {
  const index = await PassageIndex.of(documents.map(({ uri, text }) => ({ source: uri, text })));
  const requests: FakeRequest[] = [];
  const planned: FakeReply[] = [];
  return {
    method: "POST",
    path: /^\/knowledgebases\/[0-9A-Za-z]{10}\/retrieve$/,
    requests,
    replyNext: (...replies) => void planned.push(...replies),
    reply(request) {
      requests.push(request);
      return planned.shift() ?? retrieved(index, request.body as RetrieveBody);
    },
  };
}

/** The JSON of a request, as far as the fake reads it. */
interface RetrieveBody {
  readonly retrievalQuery?: { readonly text?: string };
  readonly retrievalConfiguration?: { readonly vectorSearchConfiguration?: { readonly numberOfResults?: number } };
}

function retrieved(index: PassageIndex, { retrievalQuery, retrievalConfiguration }: RetrieveBody): FakeReply {
  const { text = "" } = retrievalQuery ?? {};
  if (text === "" || text.length > 1000) return failingRetrieve("ValidationException", 400);
  const limit = retrievalConfiguration?.vectorSearchConfiguration?.numberOfResults ?? 5;
  const retrievalResults = index.search(text, limit).map((passage) => ({
    content: { type: "TEXT", text: passage.text },
    location: { type: "S3", s3Location: { uri: passage.source } },
    score: passage.score,
    metadata: { "x-amz-bedrock-kb-source-uri": passage.source },
  }));
  return { status: 200, chunks: [Buffer.from(JSON.stringify({ retrievalResults }))] };
}

/**
 * An exception of Retrieve, as Bedrock sends it.
 *
 * @example
 * await using server = await startLoopbackServer(() => failingRetrieve("ThrottlingException", 429));
 */
export function failingRetrieve(exception: string, status: number): FakeReply {
  return {
    status,
    headers: { "x-amzn-errortype": exception, "content-type": "application/json" },
    chunks: [Buffer.from(JSON.stringify({ message: `made up: ${exception}` }))],
    faults: [exception],
  };
}
