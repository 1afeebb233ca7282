import type { AnonymousSessions, Credential, Governed, Network } from "@artguard/governance";
import type { Context } from "hono";
import type { HttpLimits } from "./http-limits.ts";
import type { LiveAnalyses } from "./live/live-analyses.ts";
import type { HttpMetrics } from "./metrics.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { HeldBytes } from "./upload/held-bytes.ts";
import type { WorkGate } from "./upload/work-gate.ts";

/** What the app notes of one request. */
export interface RequestVariables {
  /** `traceparent` of the request, or a new one. */
  traceparent: string;
  traceId: string;
  /** In place of what the request brings: that of an anonymous session which began with it. */
  credential?: Credential;
}

/** Environment of the app's Hono. */
export interface AppEnvironment {
  Variables: RequestVariables;
}

/** One request in the app. */
export type RequestContext = Context<AppEnvironment>;

/** What the routes of one app share. */
export interface AppContext {
  readonly governance: Pick<Governed, "attempt" | "locate" | "recognize">;
  readonly limits: HttpLimits;
  readonly held: HeldBytes;
  readonly work: WorkGate;
  readonly live: LiveAnalyses;
  readonly metrics: HttpMetrics;
  /** Version of the privacy policy that `save_image=true` agrees to where the request names none. */
  readonly consentPolicyVersion: string;
  /** Begins sessions for callers without credential; absent where none are admitted. */
  readonly anonymous?: Pick<AnonymousSessions, "begin">;
  readonly rates: RateLimits;
  readonly networkOf: (c: RequestContext) => Network;
  /** Throws when the service cannot do its work. */
  readonly ready: () => Promise<void>;
  /** Told of errors that nobody expected, with the trace of their request. */
  readonly onError: (error: unknown, traceId: string) => void;
  readonly now: () => number;
}
