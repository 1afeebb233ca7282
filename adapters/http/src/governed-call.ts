import type { ErrorEnvelope, GovernedRequest, Outcome } from "@artguard/governance";
import type { AppContext, RequestContext } from "./app-context.ts";
import { credentialOf } from "./credential-of.ts";
import { type Caller, errorToStatus, headersOfError } from "./error-to-status.ts";

/** A request as governance sees it. */
function governedRequestOf(c: RequestContext, { networkOf }: AppContext): GovernedRequest {
  const purpose = c.req.header("x-purpose");
  const approvalId = c.req.header("x-approval-id");
  return {
    credential: credentialOf(c.req.raw.headers),
    network: networkOf(c),
    traceparent: c.get("traceparent"),
    ...(purpose !== undefined && { purpose }),
    ...(approvalId !== undefined && { approvalId }),
  };
}

/** Asks governance for an operation on behalf of the request. */
export async function attempt(
  c: RequestContext,
  app: AppContext,
  name: string,
  input: unknown,
  more: Pick<GovernedRequest, "signal"> = {},
): Promise<Outcome<unknown>> {
  const outcome = await app.governance.attempt(name, input, { ...governedRequestOf(c, app), ...more });
  c.set("traceId", outcome.context.traceId);
  return outcome;
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
