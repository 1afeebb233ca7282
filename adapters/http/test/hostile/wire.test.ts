import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WatchedServer } from "./watched-server.ts";

let server: WatchedServer;
beforeAll(async () => {
  server = await WatchedServer.start();
});
afterEach(({ task }) => server.expectSound(task.name), 60_000);
afterAll(() => server.stop());

const statuses = (answer: string) => [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

/** The head of a request with these lines. */
function head(start: string, ...lines: string[]): string {
  return [start, ...lines, "", ""].join("\r\n");
}

const post = "POST /v1/api-keys HTTP/1.1";
/** Its body is read whoever sends it. */
const anybody = "POST /auth/logout HTTP/1.1";
const host = "Host: x";
const chunked = "Transfer-Encoding: chunked";

/** What two servers in a row would read differently. */
const ambiguous: Readonly<Record<string, string>> = {
  "length and chunks": `${head(anybody, host, "Content-Length: 5", chunked)}0\r\n\r\n${smuggled}`,
  "chunks and length": `${head(anybody, host, chunked, "Content-Length: 5")}0\r\n\r\n${smuggled}`,
  "two lengths": head(anybody, host, "Content-Length: 0", `Content-Length: ${smuggled.length}`) + smuggled,
  "a list of lengths": head(anybody, host, "Content-Length: 0, 34") + smuggled,
  "a length with a sign": head(anybody, host, "Content-Length: +0") + smuggled,
  "a negative length": head(anybody, host, "Content-Length: -1") + smuggled,
  "a length in hexadecimal": head(anybody, host, "Content-Length: 0x0") + smuggled,
  "a length beyond numbers": head(anybody, host, "Content-Length: 99999999999999999999999") + smuggled,
  "a length with a space before the colon": head(anybody, host, "Content-Length : 0") + smuggled,
  "a coding nobody knows": head(anybody, host, "Transfer-Encoding: xchunked") + smuggled,
  "a coding twice": `${head(anybody, host, chunked, "Transfer-Encoding: identity")}0\r\n\r\n${smuggled}`,
  "chunked that is not last": `${head(anybody, host, "Transfer-Encoding: chunked, identity")}0\r\n\r\n${smuggled}`,
  "a coding after a vertical tab": `${head(anybody, host, "Transfer-Encoding: \x0bchunked")}0\r\n\r\n${smuggled}`,
  "a coding on a folded line": `${head(anybody, host, "Transfer-Encoding:\r\n chunked")}0\r\n\r\n${smuggled}`,
  "a coding in HTTP/1.0": `${head("POST /auth/logout HTTP/1.0", host, "Content-Length: 5", chunked)}0\r\n\r\n${smuggled}`,
  "a folded line": head("GET /v1/user HTTP/1.1", host, "X-A: b\r\n c"),
  "bare line feeds": "GET /v1/user HTTP/1.1\nHost: x\n\n",
  "a bare carriage return": head("GET /v1/user HTTP/1.1", host, "X-A: b\rContent-Length: 5"),
  "a line feed in a field": head("GET /v1/user HTTP/1.1", host, "X-A: b\nX-B: c"),
  "a NUL in a field": head("GET /v1/user HTTP/1.1", host, "X-A: b\0c"),
  "a field without a name": head("GET /v1/user HTTP/1.1", host, ": b"),
  "a name with a space": head("GET /v1/user HTTP/1.1", host, "X A: b"),
  "a chunk that says minus": `${head(anybody, host, chunked)}-1\r\n${smuggled}`,
  "a chunk size with a prefix": `${head(anybody, host, chunked)}0x0\r\n\r\n${smuggled}`,
  "a chunk size beyond numbers": `${head(anybody, host, chunked)}fffffffffffffffff\r\n${smuggled}`,
  "a chunk size that wraps": `${head(anybody, host, chunked)}100000000000000000\r\n${smuggled}`,
  "a chunk longer than it says": `${head(anybody, host, chunked)}1\r\nxx\r\n0\r\n\r\n${smuggled}`,
  "a chunk that ends in a line feed": `${head(anybody, host, chunked)}1\nx\n0\n\n${smuggled}`,
  "an extension of a chunk without end": `${head(anybody, host, chunked)}1;${"a".repeat(100_000)}\r\nx\r\n`,
  "two hosts": head("GET /v1/user HTTP/1.1", host, "Host: y"),
  "no host": head("GET /v1/user HTTP/1.1"),
  "a host with a path": head("GET /v1/user HTTP/1.1", "Host: x/../y"),
  "a host with a user": head("GET /v1/user HTTP/1.1", "Host: a@b"),
  "a version from the future": head("GET /v1/user HTTP/9.9", host),
  "no version": "GET /v1/user\r\n\r\n",
  "a method in small letters": head("get /v1/user HTTP/1.1", host),
  "a method nobody knows": head("STEAL /v1/user HTTP/1.1", host),
  "two spaces in the first line": head("GET  /v1/user HTTP/1.1", host),
  "a control character in the target": head("GET /v1/\x01user HTTP/1.1", host),
  "a target that is no path": head("GET v1/user HTTP/1.1", host),
  "a target with a backslash": head("GET /v1\\..\\user HTTP/1.1", host),
  "a target of an unknown scheme": head("GET file:///etc/passwd HTTP/1.1", host),
  "an asterisk": head("OPTIONS * HTTP/1.1", host),
  "an authority": head("CONNECT example.org:443 HTTP/1.1", host),
  "the preface of HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "a handshake of TLS": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  "the greeting of another protocol": "EHLO example.org\r\nMAIL FROM:<a@b>\r\n",
  "a head that is too long": head("GET /v1/user HTTP/1.1", host, `X-A: ${"a".repeat(40_000)}`),
  "a target that is too long": head(`GET /${"a".repeat(40_000)} HTTP/1.1`, host),
  "an expectation nobody knows": head(anybody, host, "Expect: the-spanish-inquisition", "Content-Length: 0"),
};

/** What is odd and can be answered. */
const odd: Readonly<Record<string, string>> = {
  "fields by the thousand": head(
    "GET /health/live HTTP/1.1",
    host,
    ...Array.from({ length: 1900 }, (_, i) => `X-${i}: b`),
  ),
  "empty lines before the request": `${"\r\n".repeat(500)}${head("GET /health/live HTTP/1.1", host)}`,
  "a target with a scheme": head("GET http://example.org/health/live HTTP/1.1", host),
  "a wish for WebSocket": head("GET /health/live HTTP/1.1", host, "Connection: Upgrade", "Upgrade: websocket"),
  "a wish for HTTP/2": head(
    "GET /health/live HTTP/1.1",
    host,
    "Connection: Upgrade, HTTP2-Settings",
    "Upgrade: h2c",
    "HTTP2-Settings: AAMAAABk",
  ),
  "a body where none belongs": `${head("GET /health/live HTTP/1.1", host, "Content-Length: 5")}hello`,
  ranges: head("GET /health/live HTTP/1.1", host, `Range: bytes=${"0-,".repeat(1300)}0-`),
  "types by the thousand": head(
    "GET /health/live HTTP/1.1",
    host,
    `Accept: ${"a/b;q=0.1,".repeat(2000)}`,
    `Accept-Language: ${"de;q=0.1,".repeat(900)}`,
  ),
  "tags by the thousand": head("GET /health/live HTTP/1.1", host, `If-None-Match: ${'"a",'.repeat(4000)}`),
  "an encoding nobody knows": head("GET /health/live HTTP/1.1", host, "Accept-Encoding: *;q=0", "TE: trailers"),
  "extensions of chunks": `${head(anybody, host, chunked, "Connection: close")}1;a=b;c\r\nx\r\n0;d\r\nHost: y\r\nContent-Length: 9\r\n\r\n`,
  "a continuation": head(anybody, host, "Expect: 100-continue", "Content-Length: 0"),
  "a trace": head("TRACE /v1/user HTTP/1.1", host),
};

describe("requests that two servers would read differently", () => {
  it.each(Object.entries(ambiguous))("%s: refused, and nothing behind it is answered", async (_, bytes) => {
    const answer = await server.send(bytes);
    const found = statuses(answer);
    expect(found.length, answer).toBeLessThanOrEqual(1);
    for (const status of found) expect([400, 401, 405, 408, 413, 414, 417, 431]).toContain(status);
    // What follows a refused head would be a second answer.
    expect(answer).not.toContain("there is no such path");
  });

  it("a body that ends where it says is no counter-example: behind it the next request is answered", async () => {
    const answer = await server.send(`${head(anybody, host, "Content-Length: 0")}${smuggled}`);
    expect(statuses(answer)).toEqual([401, 404]);
  });
});

describe("requests that are odd", () => {
  it.each(Object.entries(odd))("%s: answered", async (_, bytes) => {
    const [status = 0] = statuses(await server.send(bytes));
    expect([100, 200, 400, 401, 405, 431]).toContain(status);
  });

  it("HEAD and OPTIONS of every route: no body, and nothing left at work", async () => {
    const { paths } = (await (await server.fetch("/openapi.json")).json()) as { paths: Record<string, object> };
    for (const path of [...Object.keys(paths), "/", "/assets/page.js", "/nowhere"]) {
      const named = path.replaceAll(/\{\w+\}/g, "x");
      for (const method of ["HEAD", "OPTIONS"]) {
        const answer = await server.fetch(named, { method });
        expect([200, 400, 401, 403, 404, 405], `${method} ${named}`).toContain(answer.status);
        if (method === "HEAD") expect(await answer.text()).toBe("");
      }
    }
  });

  it.each(["", " ", "x".repeat(256), "é", "a b", "\t", '"', "\u007f", "../x", "__proto__"])(
    "Idempotency-Key %j and the same as Prefer: taken or refused, never failed",
    async (value) => {
      for (const name of ["idempotency-key", "prefer", "last-event-id", "x-purpose", "accept"]) {
        const lines = [server.authorization, `${name}: ${value}`, "Content-Type: multipart/form-data; boundary=b"];
        const body = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n--b--\r\n';
        const sent =
          head("POST /detect-forgery HTTP/1.1", host, ...lines, `Content-Length: ${body.length}`, "Connection: close") +
          body;
        const [status = 0] = statuses(await server.send(sent, { ms: 5000 }));
        expect([400, 409, 415, 422], `${name}: ${value}`).toContain(status);
      }
    },
  );
});

const form = (boundary: string) => [
  host,
  server.authorization,
  `Content-Type: multipart/form-data; boundary=${boundary}`,
];
const part = (name: string, content: string) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${content}\r\n`;

async function sendForm(boundary: string, body: string): Promise<number> {
  const sent = head(
    "POST /detect-forgery HTTP/1.1",
    ...form(boundary),
    `Content-Length: ${body.length}`,
    "Connection: close",
  );
  const [status = 0] = statuses(await server.send(sent + body, { ms: 10_000 }));
  return status;
}

describe("forms that are bombs", () => {
  it.each<[string, string, (boundary: string) => string]>([
    ["10,000 parts", "b", (b) => `${`--${b}\r\n${part("a", "x")}`.repeat(10_000)}--${b}--`],
    ["a boundary of one character", "b", (b) => `--${b}\r\n${part("file", `\r\n--x`.repeat(10_000))}--${b}--`],
    [
      "a boundary of 70 characters",
      "b".repeat(70),
      (b) => `--${b}\r\n${part("file", `\r\n--${b.slice(1)}`.repeat(5000))}--${b}--`,
    ],
    ["a boundary of 7,000 characters", "b".repeat(7000), (b) => `--${b}\r\n${part("file", "x")}--${b}--`],
    [
      "a boundary that is a hostile pattern",
      '"(a+)+$"',
      () => `--(a+)+$\r\n${part("file", "a".repeat(100_000))}--(a+)+$--`,
    ],
    ["a boundary that is empty", '""', () => `--\r\n${part("file", "x")}----`],
    [
      "a form in a form",
      "b",
      (b) =>
        `--${b}\r\nContent-Type: multipart/mixed; boundary=c\r\n${part("file", `--c\r\n${part("file", "x")}--c--`)}--${b}--`,
    ],
    ["no end", "b", (b) => `--${b}\r\n${part("file", "x")}`],
    ["no part", "b", (b) => `--${b}--`],
    ["a preamble of 3 MB", "b", (b) => `${"x".repeat(3e6)}\r\n--${b}\r\n${part("file", "x")}--${b}--`],
    ["a preamble beyond the limit", "b", (b) => `${"x".repeat(5e6)}\r\n--${b}--`],
    ["an epilogue of 3 MB", "b", (b) => `--${b}\r\n${part("file", "x")}--${b}--\r\n${"x".repeat(3e6)}`],
    ["a head of a part of 100 KB", "b", (b) => `--${b}\r\nX-A: ${"a".repeat(100_000)}\r\n${part("file", "x")}--${b}--`],
    ["2,000 fields in a head of a part", "b", (b) => `--${b}\r\n${"a:b\r\n".repeat(1500)}${part("file", "x")}--${b}--`],
    ["a field of 3 MB", "b", (b) => `--${b}\r\n${part("a", "x".repeat(3e6))}--${b}\r\n${part("file", "x")}--${b}--`],
    [
      "a head that is no UTF-8",
      "b",
      (b) => `--${b}\r\nContent-Disposition: form-data; name="\xff\xfe"\r\n\r\nx\r\n--${b}--`,
    ],
    [
      "a disposition without end",
      "b",
      (b) =>
        `--${b}\r\nContent-Disposition: form-data; name="file"; filename="${"\\".repeat(8000)}\r\n\r\nx\r\n--${b}--`,
    ],
    [
      "a filename in half a character",
      "b",
      (b) =>
        `--${b}\r\nContent-Disposition: form-data; name="file"; filename*=UTF-8''%ED%A0%80%ff%0d%0a\r\n\r\nx\r\n--${b}--`,
    ],
    [
      "a filename in a charset nobody knows",
      "b",
      (b) => `--${b}\r\nContent-Disposition: form-data; name="file"; filename*=x-none''%00a\r\n\r\nx\r\n--${b}--`,
    ],
    [
      "fields named __proto__",
      "b",
      (b) =>
        `--${b}\r\n${part("__proto__", "x")}--${b}\r\n${part("constructor", "x")}--${b}\r\n${part("file", "x")}--${b}--`,
    ],
  ])("%s: refused", async (name, boundary, body) => {
    // 0: the answer was lost with the connection, on which the sender went on sending.
    expect([0, 400, 413, 415], name).toContain(await sendForm(boundary, body(boundary)));
  });
});

describe("JSON that is a bomb", () => {
  it.each<[string, string]>([
    ["nested arrays", "[".repeat(60_000)],
    ["nested arrays that end", "[".repeat(30_000) + "]".repeat(30_000)],
    ["nested objects", '{"a":'.repeat(10_000)],
    ["a prototype", '{"__proto__":{"scopes":["*"]},"name":"x"}'],
    ["a constructor", '{"constructor":{"prototype":{"a":1}},"name":"x"}'],
    ["a name twice", '{"name":1,"name":{}}'],
    ["a number beyond numbers", '{"name":"x","valid_until":1e400}'],
    ["a number that is none", '{"name":"x","valid_until":NaN}'],
    ["a number of 60,000 digits", `{"name":"x","valid_until":${"9".repeat(60_000)}}`],
    ["half a character", '{"name":"\\ud800"}'],
    ["half a character as a name", '{"\\udfff":"x"}'],
    ["a byte order mark twice", "\xef\xbb\xbf\xef\xbb\xbf{}"],
    ["no UTF-8", '{"name":"\xff"}'],
    ["another charset", "\xff\xfe{\0}\0"],
    ["a comment", '{"name":"x"} // y'],
    ["nothing but a string", '"x"'],
    ["null", "null"],
  ])("%s: refused", async (name, body) => {
    const lines = [
      host,
      server.authorization,
      "Content-Type: application/json",
      `Content-Length: ${body.length}`,
      "Connection: close",
    ];
    const [status = 0] = statuses(await server.send(head(post, ...lines) + body, { ms: 5000 }));
    expect(status, name).toBe(400);
  });
});

describe("senders and readers that take what they can", () => {
  it("one byte a chunk: refused soon, in no more memory than the bytes", async () => {
    const start = head("POST /detect-forgery HTTP/1.1", ...form("b"), chunked);
    const [socket, before] = [await server.socket(), server.residentBytes];
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    const file = `--b\r\n${part("file", "").trimEnd()}\r\n\r\n`;
    socket.write(`${start}${file.length.toString(16)}\r\n${file}\r\n`);
    const bytes = Buffer.from("1\r\nx\r\n".repeat(20_000));
    for (let i = 0; i < 100 && answer === "" && !socket.destroyed; i++) {
      if (!socket.write(bytes))
        await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), wait(1000)]);
    }
    while (answer === "" && !socket.destroyed) await wait(20);
    expect(statuses(answer)).toEqual([400]);
    expect(server.residentBytes - before).toBeLessThan(100e6);
    socket.destroy();
  });

  it("answers that nobody reads: closed after a while", async () => {
    const asked = head("GET /docs HTTP/1.1", host).repeat(4);
    const sockets = await Promise.all(Array.from({ length: 200 }, () => server.socket()));
    for (const socket of sockets) socket.pause().write(asked);
    while (server.descriptors < 100) await wait(20);
    expect((await server.fetch("/health/live")).status).toBe(200);
    await server.expectSound("unread answers", 700e6);
    for (const socket of sockets) socket.destroy();
  });

  it("requests by the hundred on one connection: closed, not collected", async () => {
    const before = server.residentBytes;
    const asked = head("GET /openapi.json HTTP/1.1", host).repeat(300);
    const sockets = await Promise.all(Array.from({ length: 50 }, () => server.socket()));
    const closed = sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    for (const socket of sockets) socket.resume().write(asked);
    await Promise.all(closed);
    expect(server.residentBytes - before).toBeLessThan(150e6);
  });

  it("connections that break in the middle, in every way", async () => {
    const whole = `${head("POST /detect-forgery HTTP/1.1", ...form("b"), "Content-Length: 100000")}--b\r\n${part("file", "x".repeat(5000))}`;
    const json = `${head(post, host, server.authorization, "Content-Type: application/json", "Content-Length: 500")}{"name":`;
    for (const bytes of [whole, json]) {
      for (const length of [1, 20, 60, bytes.length - 10, bytes.length]) {
        for (const how of ["reset", "end", "destroy"] as const) {
          const socket = await server.socket();
          socket.write(bytes.slice(0, length));
          await wait(2);
          if (how === "reset") socket.resetAndDestroy();
          else socket[how]();
          if (how === "end") setTimeout(() => socket.destroy(), 200);
        }
      }
    }
    await wait(300);
  });
});
