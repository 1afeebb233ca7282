import type { Credential, ErrorEnvelope, GovernedRequest, IssuerCall, Outcome } from "@artguard/governance";
import type { AppContext, RequestContext } from "./app-context.ts";
import { credentialOf } from "./credential-of.ts";
import { type Caller, errorToStatus, headersOfError } from "./error-to-status.ts";

/** A request as governance sees it. */
function governedRequestOf(c: RequestContext, { networkOf }: AppContext): GovernedRequest & { credential: Credential } {
  const purpose = c.req.header("x-purpose");
  const approvalId = c.req.header("x-approval-id");
  return {
    credential: c.get("credential") ?? credentialOf(c.req.raw.headers),
    network: networkOf(c),
    traceparent: c.get("traceparent"),
    ...(purpose !== undefined && { purpose }),
    ...(approvalId !== undefined && { approvalId }),
  };
}

/**
 * By what requests are counted: where the client is, as governance believes it, else where the connection is. A place that
 * nobody may come from is refused later, where that is written down.
 */
export async function clientOf(c: RequestContext, { governance, networkOf }: AppContext): Promise<string | undefined> {
  const network = networkOf(c);
  const location = await governance.locate(network).catch(() => undefined);
  return location?.clientAddress ?? network.remoteAddress;
}

/** What surrounds a call of an issuer for the request. */
export async function issuerCallOf(c: RequestContext, { governance, networkOf }: AppContext): Promise<IssuerCall> {
  const { clientAddress } = await governance.locate(networkOf(c));
  return {
    ...(clientAddress !== undefined && { clientAddress }),
    traceId: c.get("traceId"),
    signal: c.req.raw.signal,
  };
}

/** Whether a caller may act under a pseudonym that begins with its request. */
function comesAnonymously(c: RequestContext, { anonymous }: AppContext): boolean {
  return anonymous !== undefined && credentialOf(c.req.raw.headers).kind === "none";
}

/**
 * Lets a caller who proves nothing act under a pseudonym of its own in this request, where the app admits that. What proves
 * the pseudonym later is in the answer.
 */
export async function admitAnonymous(c: RequestContext, app: AppContext): Promise<void> {
  if (!app.anonymous || !comesAnonymously(c, app)) return;
  const call = await issuerCallOf(c, app);
  await app.rates.admitAnonymous(call.clientAddress);
  const { access_token: token } = await app.anonymous.begin(call);
  c.set("credential", { kind: "token", token });
  c.header("X-Anonymous-Token", token);
}

/** Asks governance for an operation on behalf of the request. */
export async function attempt(
  c: RequestContext,
  app: AppContext,
  name: string,
  input: unknown,
  more: Pick<GovernedRequest, "signal"> = {},
): Promise<Outcome<unknown>> {
  const request = governedRequestOf(c, app);
  const outcome = await app.governance.attempt(name, input, { ...request, ...more });
  c.set("traceId", outcome.context.traceId);
  await app.rates.know(request.credential, outcome.context.principal);
  return outcome;
}

/**
 * Asks governance who it is that sends something for an operation, before any of it is read.
 *
 * @returns the answer to whoever is not known; the connection ends with it, for the rest of the body may still come.
 */
export async function refusedUnread(c: RequestContext, app: AppContext, name: string): Promise<Response | undefined> {
  const recognition = await app.governance.recognize(name, governedRequestOf(c, app));
  if (recognition.ok) return undefined;
  c.set("traceId", recognition.context.traceId);
  c.header("Connection", "close");
  return refused(c, recognition.envelope, recognition.context.principal, app);
}

/**
 * As {@link refusedUnread}, where callers without credential may be admitted.
 *
 * @throws ArtGuardError `http.rate-limited` for one who has begun too many sessions already
 */
export async function refusedUnreadUnlessAnonymous(
  c: RequestContext,
  app: AppContext,
  name: string,
): Promise<Response | undefined> {
  if (!comesAnonymously(c, app)) return refusedUnread(c, app, name);
  const { clientAddress } = await issuerCallOf(c, app);
  await app.rates.assertAnonymousLeft(clientAddress);
  return undefined;
}

/** The answer to a request that failed. */
export function refused(
  c: RequestContext,
  envelope: ErrorEnvelope,
  caller: Caller,
  { metrics, now }: Pick<AppContext, "metrics" | "now">,
): Response {
  metrics.refuse(envelope.error.code);
  const status = errorToStatus(envelope, caller);
  return c.json(envelope, status, headersOfError(envelope, status, now()));
}
