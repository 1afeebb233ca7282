import { request } from "node:http";

/** What a request is made of; nothing of it is cleaned on the way. */
export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** What came back; status 0 where the connection was closed instead. */
export interface RawAnswer {
  readonly status: number;
  /** Head and body. */
  readonly text: string;
}

/** A request whose path and headers are sent as they are; undefined where Node itself cannot put them on the wire. */
export async function ask(
  url: string,
  { method = "GET", path, headers = {}, body }: RawRequest,
): Promise<RawAnswer | undefined> {
  const { port } = new URL(url);
  try {
    return await new Promise((resolve, reject) => {
      const sending = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
        let text = JSON.stringify(response.rawHeaders);
        response.setEncoding("latin1");
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("close", () => resolve({ status: response.statusCode ?? 0, text }));
      });
      sending.on("error", (error) => {
        if ("syscall" in error || (error as NodeJS.ErrnoException).code === "ECONNRESET")
          resolve({ status: 0, text: "" });
        else reject(error);
      });
      sending.end(body);
    });
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
