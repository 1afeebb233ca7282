import { availableParallelism } from "node:os";
import { ArtGuardError } from "@artguard/core";
import type { TrustedIssuer } from "@artguard/governance";
import { z } from "zod";
import { defaultHttpLimits, type HttpLimits } from "../http-limits.ts";
import { issuersOf } from "./issuer-settings.ts";

const whole = z.coerce.number({ error: "must be a whole number" }).int("must be a whole number");
const flag = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")], {
  error: "must be true or false",
});
const atLeastOne = whole.min(1, "must be 1 or more");

/** Every setting of the server: its variable in the environment, and what a value must be. */
export const serverSettings = {
  host: { variable: "ARTGUARD_HTTP_HOST", schema: z.string().min(1, "must not be empty") },
  port: {
    variable: "ARTGUARD_HTTP_PORT",
    schema: whole.min(0, "must be 0–65535").max(65_535, "must be 0–65535"),
  },
  folder: { variable: "ARTGUARD_FOLDER", schema: z.string().min(1, "must not be empty") },
  consentPolicyVersion: {
    variable: "ARTGUARD_CONSENT_POLICY_VERSION",
    schema: z.string().min(1, "must have 1–200 characters").max(200, "must have 1–200 characters"),
  },
  embeddedIssuer: { variable: "ARTGUARD_EMBEDDED_ISSUER", schema: flag },
  anonymous: { variable: "ARTGUARD_ANONYMOUS", schema: flag },
  anonymousPerAddressPerDay: { variable: "ARTGUARD_ANONYMOUS_PER_ADDRESS_PER_DAY", schema: atLeastOne },
  trustedProxies: {
    variable: "ARTGUARD_TRUSTED_PROXIES",
    schema: whole.min(0, "must be 0–10").max(10, "must be 0–10"),
  },
  cloud: { variable: "ARTGUARD_HTTP_CLOUD", schema: flag },
  uploadBytes: { variable: "ARTGUARD_HTTP_UPLOAD_BYTES", schema: atLeastOne },
  largeUploadBytes: { variable: "ARTGUARD_HTTP_LARGE_UPLOAD_BYTES", schema: atLeastOne },
  heldBytes: { variable: "ARTGUARD_HTTP_HELD_BYTES", schema: atLeastOne },
  working: { variable: "ARTGUARD_HTTP_WORKING", schema: atLeastOne },
  waiting: { variable: "ARTGUARD_HTTP_WAITING", schema: whole.min(0, "must be 0 or more") },
  perCallerPerMinute: { variable: "ARTGUARD_HTTP_PER_CALLER_PER_MINUTE", schema: atLeastOne },
  perAddressPerMinute: { variable: "ARTGUARD_HTTP_PER_ADDRESS_PER_MINUTE", schema: atLeastOne },
  headersTimeoutMs: { variable: "ARTGUARD_HTTP_HEADERS_TIMEOUT_MS", schema: atLeastOne },
  requestTimeoutMs: { variable: "ARTGUARD_HTTP_REQUEST_TIMEOUT_MS", schema: atLeastOne },
  drainMs: { variable: "ARTGUARD_HTTP_DRAIN_MS", schema: atLeastOne },
} as const satisfies Record<
  string,
  { readonly variable: string; readonly schema: z.ZodType<string | number | boolean> }
>;

type Name = keyof typeof serverSettings;

/** How a server runs. */
export interface ServerSettings {
  /** Address to listen on; default `127.0.0.1`. */
  readonly host: string;
  /** Default 3000; 0 is any that is free. */
  readonly port: number;
  /** Folder of the embedded stores and of their secrets; default `.artguard`. */
  readonly folder: string;
  /** See `AppOptions`; default `1`. */
  readonly consentPolicyVersion: string;
  /** Whether the embedded issuer is open: logins with a password; default true. */
  readonly embeddedIssuer: boolean;
  /** Whether callers without credential may analyse, under a pseudonym and with the quota of the tier Free; default false. */
  readonly anonymous: boolean;
  /** Other issuers whose access tokens are believed; from the file alone. Default none. */
  readonly issuers: readonly TrustedIssuer[];
  /** Proxies of ours in front of the server; default 0: `X-Forwarded-For` is not believed. */
  readonly trustedProxies: number;
  /** Whether the vision model, remote detector and knowledge base of the environment are asked; default false. */
  readonly cloud: boolean;
  readonly limits: HttpLimits;
  /** Milliseconds in which the head of a request must have come; default 5000. */
  readonly headersTimeoutMs: number;
  /** Milliseconds in which a whole request must have come; default 60 000. */
  readonly requestTimeoutMs: number;
  /** Milliseconds for requests in flight when the server ends; default 30 000. */
  readonly drainMs: number;
}

const defaults = {
  host: "127.0.0.1",
  port: 3000,
  folder: ".artguard",
  consentPolicyVersion: "1",
  embeddedIssuer: true,
  anonymous: false,
  trustedProxies: 0,
  cloud: false,
  headersTimeoutMs: 5000,
  requestTimeoutMs: 60_000,
  drainMs: 30_000,
};

/**
 * The settings, from a file's JSON and the environment, which has the last word. An empty variable counts as absent.
 *
 * @param file What the file says, by the names of {@link serverSettings}.
 * @throws ArtGuardError `configuration.invalid` that names everything that is wrong.
 * @example
 * const { host, port, folder } = loadServerSettings(process.env, { port: 8080 });
 */
export function loadServerSettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  file: unknown = {},
): ServerSettings {
  const problems: string[] = [];
  const given = fileValues(file, problems);
  const values: Partial<Record<Name, string | number | boolean>> = {};
  for (const [name, { variable, schema }] of Object.entries(serverSettings)) {
    const [source, value] = environment[variable] ? [variable, environment[variable]] : [name, given[name]];
    if (value === undefined) continue;
    const result = schema.safeParse(value);
    if (result.success) values[name as Name] = result.data;
    else problems.push(`${source} ${result.error.issues[0]?.message}`);
  }
  const issuers = issuersOf(given["issuers"], values.embeddedIssuer !== false, problems);
  if (problems.length > 0) throw new ArtGuardError("configuration.invalid", problems.join("; "));
  const settings = {
    ...defaults,
    ...defaultHttpLimits,
    working: availableParallelism(),
    ...values,
  } as typeof defaults & HttpLimits;
  const { host, port, folder, consentPolicyVersion, cloud, headersTimeoutMs, requestTimeoutMs, ...more } = settings;
  const { drainMs, embeddedIssuer, anonymous, trustedProxies, ...limits } = more;
  return {
    ...{ host, port, folder, consentPolicyVersion, cloud, embeddedIssuer, anonymous, issuers, trustedProxies },
    ...{ headersTimeoutMs, requestTimeoutMs, drainMs, limits },
  };
}

function fileValues(file: unknown, problems: string[]): Readonly<Record<string, unknown>> {
  const parsed = z.record(z.string(), z.unknown()).safeParse(file);
  if (!parsed.success) problems.push("the file must hold one JSON object");
  const values = parsed.data ?? {};
  const unknown = Object.keys(values).filter((name) => !(name in serverSettings) && name !== "issuers");
  problems.push(...unknown.map((name) => `${name} is no setting`));
  return values;
}
