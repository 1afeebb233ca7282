import { ArtGuardError } from "@artguard/core";
import {
  type AnonymousSessions,
  type Credential,
  formatTraceParent,
  type Governed,
  type Issuer,
  type Network,
  newTraceId,
  parseTraceParent,
  toErrorEnvelope,
} from "@artguard/governance";
import { Hono } from "hono";
import { routePath } from "hono/route";
import type { AppContext, AppEnvironment, RequestContext } from "./app-context.ts";
import { credentialOf } from "./credential-of.ts";
import { clientOf, refused } from "./governed-call.ts";
import { hardening } from "./hardening.ts";
import { defaultHttpLimits, type HttpLimits } from "./http-limits.ts";
import { LiveAnalyses } from "./live/live-analyses.ts";
import { HttpMetrics } from "./metrics.ts";
import { mountPage } from "./page/mount-page.ts";
import { RateLimits } from "./rate-limits.ts";
import type { Route } from "./route.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { administrationRoutes } from "./routes/administration.ts";
import { analysisRoutes } from "./routes/analyses.ts";
import { apiKeyRoutes } from "./routes/api-keys.ts";
import { approvalRoutes } from "./routes/approvals.ts";
import { auditRoutes } from "./routes/audit.ts";
import { authRoutes } from "./routes/auth.ts";
import { detectForgery } from "./routes/detect-forgery.ts";
import { disputeRoutes } from "./routes/disputes.ts";
import { evidenceRoutes } from "./routes/evidence.ts";
import { evidencePageRoute } from "./routes/evidence-page.ts";
import { grantRoutes } from "./routes/grants.ts";
import { organizationRoutes } from "./routes/organizations.ts";
import { policyRoutes } from "./routes/policy.ts";
import { livePath, serviceRoutes } from "./routes/service.ts";
import { uploadRoutes } from "./routes/uploads.ts";
import { userRoutes } from "./routes/users.ts";
import { busy, HeldBytes } from "./upload/held-bytes.ts";
import { WorkGate } from "./upload/work-gate.ts";

/** Options of {@link createApp}. */
export interface AppOptions {
  /** What may be asked, under its rules; from `createGovernance`. */
  readonly governance: Pick<Governed, "attempt" | "locate" | "recognize">;
  /** Gives tokens: the routes under `/auth`; without it there are none. From `openIdentity`, or a `CognitoLogin`. */
  readonly issuer?: Issuer;
  /**
   * Begins sessions for callers without credential who upload, e.g. `governance.identity.anonymous`; default such callers are
   * refused.
   */
  readonly anonymous?: Pick<AnonymousSessions, "begin">;
  /** Merged over the default limits. */
  readonly limits?: Partial<HttpLimits>;
  /** Version of the privacy policy that `save_image=true` agrees to where a request names none; default `1`. */
  readonly consentPolicyVersion?: string;
  /**
   * Where a request comes from; default the connection as Node sees it, and `X-Forwarded-For` as it came, which the
   * gate of geography does or does not believe.
   */
  readonly networkOf?: (c: RequestContext) => Network;
  /** False when the service is about to end: then new requests are answered `http.busy`; default always true. */
  readonly accepting?: () => boolean;
  /** Throws when the service cannot do its work, for `/health/ready`; default never. */
  readonly ready?: () => Promise<void>;
  /** Told of errors that nobody expected, with the trace that their answer names; default nothing. */
  readonly onError?: (error: unknown, traceId: string) => void;
  /** Whether the page at `/` is served; default true. */
  readonly page?: boolean;
  /** Clock in epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

const routes: readonly Route[] = [
  detectForgery,
  ...uploadRoutes,
  ...analysisRoutes,
  evidencePageRoute,
  ...disputeRoutes,
  ...userRoutes,
  ...apiKeyRoutes,
  ...grantRoutes,
  ...approvalRoutes,
  ...evidenceRoutes,
  ...auditRoutes,
  ...administrationRoutes,
  ...accountRoutes,
  ...organizationRoutes,
  ...policyRoutes,
];

/**
 * ArtGuard over HTTP, for any host of Hono. It translates: what may be done is governance's to say.
 *
 * @example
 * import { serve } from "@hono/node-server";
 *
 * const app = createApp({ governance });
 * serve({ fetch: app.fetch, port: 3000 });
 */
export function createApp(options: AppOptions): Hono<AppEnvironment> {
  const context = contextOf(options);
  const { accepting = () => true } = options;
  const ours = [...routes, ...(options.issuer ? authRoutes(options.issuer) : [])];
  const all = [...ours, ...serviceRoutes(ours)];
  const app = new Hono<AppEnvironment>();
  app.use(hardening);
  app.use(async (c, next) => {
    const start = performance.now();
    const known = parseTraceParent(c.req.header("traceparent"));
    const trace = known ?? { traceId: newTraceId(), sampled: false };
    c.set("traceparent", formatTraceParent(trace));
    c.set("traceId", trace.traceId);
    await next();
    c.header("X-Trace-Id", c.get("traceId"));
    const labels = { method: c.req.method, route: routePath(c, -1), status: c.res.status };
    context.metrics.observe(labels, (performance.now() - start) / 1000);
  });
  app.use(async (c, next) => {
    if (!accepting() && c.req.path !== livePath) {
      c.header("Connection", "close");
      throw busy("the server is about to end");
    }
    await next();
  });
  for (const route of all) {
    app.on(route.method.toUpperCase(), honoPath(route.path), async (c) => {
      const { isOpen = false, isLimited = !isOpen } = route;
      const credential: Credential = isOpen ? { kind: "none" } : credentialOf(c.req.raw.headers);
      if (isLimited) await context.rates.admit(credential, await clientOf(c, context));
      return route.handle(c, context);
    });
  }
  if (options.page ?? true) mountPage(app);
  for (const path of new Set(all.map((route) => route.path))) {
    const allow = all.filter((route) => route.path === path).map(({ method }) => method.toUpperCase());
    app.all(honoPath(path), (c) => {
      c.header("Allow", allow.join(", "));
      throw new ArtGuardError("http.method-not-allowed", `${path} does not take ${c.req.method}`);
    });
  }
  const failed = (error: unknown, c: RequestContext) => {
    const traceId = c.get("traceId");
    const envelope = toErrorEnvelope(error, { traceId, permissions: [] });
    if (envelope.error.code === "INTERNAL") context.onError(error, traceId);
    return refused(c, envelope, { kind: "anonymous" }, context);
  };
  app.notFound((c) => failed(new ArtGuardError("http.not-found", "there is no such path"), c));
  app.onError(failed);
  return app;
}

function contextOf(options: AppOptions): AppContext {
  const limits = { ...defaultHttpLimits, ...options.limits };
  const { governance, anonymous, consentPolicyVersion = "1", networkOf = networkOfNode, now = Date.now } = options;
  const held = new HeldBytes(limits.heldBytes);
  const work = new WorkGate(limits);
  return {
    governance,
    ...(anonymous && { anonymous }),
    limits,
    rates: new RateLimits(limits),
    held,
    work,
    live: new LiveAnalyses({ now }),
    metrics: new HttpMetrics(() => ({ held: held.held, ...work.load })),
    consentPolicyVersion,
    networkOf,
    ready: options.ready ?? (async () => undefined),
    onError: options.onError ?? (() => undefined),
    now,
  };
}

/** The path as Hono has it: `:name` for `{name}`. */
function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

/** What `@hono/node-server` gives the app of a connection. */
interface NodeBindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
}

function networkOfNode(c: RequestContext): Network {
  const { incoming } = (c.env ?? {}) as NodeBindings;
  const remoteAddress = incoming?.socket?.remoteAddress;
  const forwardedFor = c.req.header("x-forwarded-for");
  return {
    ...(remoteAddress !== undefined && { remoteAddress }),
    ...(forwardedFor !== undefined && { forwardedFor }),
  };
}
