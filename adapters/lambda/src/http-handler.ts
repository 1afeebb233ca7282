/**
 * The HTTP app on AWS Lambda. Needs `hono`.
 *
 * @module @artguard/lambda/http
 */
import type { Env, Hono, Schema } from "hono";
import { defaultIsContentTypeBinary, handle } from "hono/aws-lambda";

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
 * export const handler = httpHandler(createApp({ governance }));
 */
export function httpHandler<AppEnv extends Env, AppSchema extends Schema, BasePath extends string>(
  app: Hono<AppEnv, AppSchema, BasePath>,
) {
  return handle(app, { isContentTypeBinary: (type) => type === "image/svg+xml" || defaultIsContentTypeBinary(type) });
}
