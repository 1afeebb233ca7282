/**
 * The HTTP app on AWS Lambda. Needs `hono`.
 *
 * @module @artguard/lambda/http
 */
import type { Context, Env, Hono, Schema } from "hono";
import { defaultIsContentTypeBinary, handle, type LambdaEvent } from "hono/aws-lambda";

/** What Hono gives the app of an event. */
interface LambdaBindings {
  readonly event: LambdaEvent;
}

/**
 * Where a request comes from, for `networkOf` of `createApp`: the caller as API Gateway or the function URL saw it, and
 * `X-Forwarded-For` as it came. A load balancer tells the latter only.
 *
 * @example
 * import { createApp } from "@artguard/http";
 *
 * const app = createApp({ governance, networkOf: networkOfEvent });
 */
export function networkOfEvent(c: Context): { remoteAddress?: string; forwardedFor?: string } {
  const { event } = (c.env ?? {}) as Partial<LambdaBindings>;
  const remoteAddress = event && sourceOf(event);
  const forwardedFor = c.req.header("x-forwarded-for");
  return {
    ...(remoteAddress !== undefined && { remoteAddress }),
    ...(forwardedFor !== undefined && { forwardedFor }),
  };
}

function sourceOf({ requestContext: from }: LambdaEvent): string | undefined {
  if ("http" in from) return from.http.sourceIp;
  return "identity" in from && from.identity && "sourceIp" in from.identity ? from.identity.sourceIp : undefined;
}

/**
 * A handler of HTTP requests for an app such as `createApp` of `@artguard/http` makes: of API Gateway (REST and HTTP APIs),
 * function URLs and load balancers. Bodies keep their bytes in both directions: what is no text travels in Base64, which
 * a REST API decodes only for its `binaryMediaTypes` (set it to all types).
 *
 * Lambda takes bodies of at most 6 MB, in Base64 about 4.5 MB of image: larger ones go through presigned uploads.
 *
 * @example
 * import { createApp } from "@artguard/http";
 *
 * export const handler = httpHandler(createApp({ governance, networkOf: networkOfEvent }));
 */
export function httpHandler<AppEnv extends Env, AppSchema extends Schema, BasePath extends string>(
  app: Hono<AppEnv, AppSchema, BasePath>,
) {
  return handle(app, { isContentTypeBinary: (type) => type === "image/svg+xml" || defaultIsContentTypeBinary(type) });
}
