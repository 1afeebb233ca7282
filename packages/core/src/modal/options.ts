import { ArtGuardError } from "../errors/artguard-error.ts";

/** Where the remote model is, and how patiently it is asked. */
export interface ModalOptions {
  /** Address of the endpoint: https, or http on this machine. */
  readonly endpoint: string;
  /** Token id of Modal's proxy authorisation, `wk-…`. */
  readonly key: string;
  /** Token secret of Modal's proxy authorisation, `ws-…`. */
  readonly secret: string;
  /** Id of the detector in records; default `modal`. Two endpoints in one program need two ids. */
  readonly id?: string;
  /** Longest time of one call with all its waiting, in milliseconds; default 3,000,000, the longest that Modal holds a job. */
  readonly budgetMs?: number;
  /** How often one request is sent at most; default 4. */
  readonly attempts?: number;
  /** Longest first pause between two attempts, in milliseconds, doubled each time up to 8,000; default 250. */
  readonly retryDelayMs?: number;
  /** Longest answer in bytes; default 2 MiB: one for the answer, one for a heat map of the largest size. */
  readonly maximumResponseBytes?: number;
  /** What sends the requests, for a proxy or for measuring; default the `fetch` of the runtime. */
  readonly fetch?: typeof fetch;
}

/** {@link ModalOptions}, checked and complete. */
export interface ResolvedOptions {
  readonly endpoint: URL;
  readonly credentials: Readonly<Record<"Modal-Key" | "Modal-Secret", string>>;
  readonly id: string;
  readonly budgetMs: number;
  readonly attempts: number;
  readonly retryDelayMs: number;
  readonly maximumResponseBytes: number;
  readonly fetch: typeof fetch;
}

/** Printable ASCII without spaces: what a header may carry unchanged. */
const headerValue = /^[\x21-\x7e]{1,200}$/;
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** @throws ArtGuardError `modal.invalid-option` */
export function resolveOptions(options: ModalOptions): ResolvedOptions {
  const { key, secret, id = "modal" } = options;
  assertHeaderValue("key", key);
  assertHeaderValue("secret", secret);
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) throw invalid("id must be a kebab-case name");
  return {
    endpoint: endpointOf(options.endpoint),
    credentials: { "Modal-Key": key, "Modal-Secret": secret },
    id,
    budgetMs: wholeNumber("budgetMs", options.budgetMs ?? 3_000_000, 1, 2 ** 31 - 1),
    attempts: wholeNumber("attempts", options.attempts ?? 4, 1, 100),
    retryDelayMs: wholeNumber("retryDelayMs", options.retryDelayMs ?? 250, 0, 8000),
    maximumResponseBytes: wholeNumber("maximumResponseBytes", options.maximumResponseBytes ?? 2 * 2 ** 20, 1, 2 ** 30),
    fetch: options.fetch ?? fetch,
  };
}

/** Never repeats the value, which may be a secret. @throws ArtGuardError `modal.invalid-option` */
export function assertHeaderValue(name: string, value: string): void {
  if (!headerValue.test(value)) throw invalid(`${name} must have 1–200 printable ASCII characters without spaces`);
}

function endpointOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw invalid("endpoint is not an address");
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && loopback.test(url.hostname));
  if (!isSafe) throw invalid("endpoint must be https; http is allowed on this machine only");
  if (url.username || url.password) throw invalid("endpoint must not carry a user name or password");
  url.hash = "";
  return url;
}

function wholeNumber(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(`${name} must be a whole number from ${least} to ${most}`);
}

function invalid(message: string): ArtGuardError {
  return new ArtGuardError("modal.invalid-option", message);
}
