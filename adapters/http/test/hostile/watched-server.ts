import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const program = fileURLToPath(new URL("serving-process.ts", import.meta.url));
const often = "100000000";
const environment = {
  ARTGUARD_HTTP_PORT: "0",
  ARTGUARD_HTTP_PER_CALLER_PER_MINUTE: often,
  ARTGUARD_HTTP_PER_ADDRESS_PER_MINUTE: often,
  ARTGUARD_HTTP_HEADERS_TIMEOUT_MS: "2000",
  ARTGUARD_HTTP_REQUEST_TIMEOUT_MS: "20000",
  ARTGUARD_HTTP_UPLOAD_BYTES: String(4 * 2 ** 20),
};

/** A server in a process of its own, seen from outside. */
export class WatchedServer {
  readonly url: string;
  readonly key: string;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #told: () => string;
  #read = 0;
  #descriptors = 0;
  #bytes = 0;

  private constructor(
    child: ChildProcess,
    folder: string,
    [url = "", key = ""]: readonly string[],
    told: () => string,
  ) {
    this.#child = child;
    this.#folder = folder;
    this.url = url;
    this.key = key;
    this.#told = told;
  }

  static async start(): Promise<WatchedServer> {
    const folder = mkdtempSync(join(tmpdir(), "artguard-wire-"));
    const env = { ...process.env, ...environment, ARTGUARD_FOLDER: folder };
    const options = ["--conditions=artguard-source", "--disable-warning=ExperimentalWarning", program];
    const child = spawn(process.execPath, options, { env, stdio: ["ignore", "pipe", "pipe"] });
    let told = "";
    child.stderr.on("data", (chunk) => {
      told += chunk;
    });
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout.once("data", (chunk) => resolve(String(chunk)));
      child.once("close", () => reject(new Error(told)));
    });
    const server = new WatchedServer(child, folder, line.trim().split(" "), () => told);
    // What first requests load is no part of what an attack takes.
    for (const path of ["/docs", "/metrics", "/v1/analyses"]) await server.fetch(path);
    server.#descriptors = server.descriptors;
    server.#bytes = server.residentBytes;
    return server;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get authorization(): string {
    return `Authorization: Bearer ${this.key}`;
  }

  get residentBytes(): number {
    return 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.#child.pid}/status`, "utf8"))?.[1]);
  }

  get descriptors(): number {
    return readdirSync(`/proc/${this.#child.pid}/fd`).length;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, { ...init, headers: { authorization: `Bearer ${this.key}`, ...init.headers } });
  }

  /** A socket that says nothing yet, and whose answers are left unread. */
  async socket(): Promise<Socket> {
    const socket = connect(this.port, "127.0.0.1");
    socket.on("error", () => undefined);
    await new Promise((resolve) => socket.once("connect", resolve));
    return socket;
  }

  /** Sends bytes as they are. @returns what came back until the connection was closed, or for `ms` milliseconds. */
  async send(bytes: string | Uint8Array, { ms = 400, end = false } = {}): Promise<string> {
    const socket = await this.socket();
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
    if (end) socket.end();
    await Promise.race([closed, wait(ms)]);
    socket.destroy();
    return answer;
  }

  /** It answers, nothing unexpected happened, and everything that an attack took is given back. */
  async expectSound(what: string, mostBytes = 200e6): Promise<void> {
    expect((await this.fetch("/health/ready")).status, what).toBe(200);
    const told = this.#told().slice(this.#read);
    this.#read += told.length;
    // One line of JSON at most is written of what anybody sends; nothing of what went wrong in here.
    expect(told, what).toBe("");
    const metrics = await (await this.fetch("/metrics")).text();
    expect(metrics, what).not.toMatch(/status="5(?!03)\d\d"/);
    expect(metrics, what).toContain("artguard_http_held 0");
    expect(this.residentBytes - this.#bytes, what).toBeLessThan(mostBytes);
    // Closed sockets leave when their ends have been told.
    for (let tries = 0; tries < 400 && this.descriptors > this.#descriptors + 3; tries++) await wait(50);
    expect(this.descriptors, what).toBeLessThanOrEqual(this.#descriptors + 3);
  }

  async stop(): Promise<void> {
    const closed = new Promise<unknown>((resolve) => this.#child.once("close", resolve));
    this.#child.kill("SIGTERM");
    expect(await closed).toBe(0);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
