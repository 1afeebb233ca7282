import { ArtGuardError } from "@artguard/core";
import { z } from "zod";
import type { AppContext, RequestContext } from "./app-context.ts";
import { type Success, successStatus } from "./error-to-status.ts";
import { attempt, refused, refusedUnread } from "./governed-call.ts";
import { readJson } from "./upload/read-json.ts";

/** A body that one answers with or asks for. */
export interface MediaBody {
  readonly type: string;
  /** Of what JSON holds; for other types the text says what it is. */
  readonly schema?: z.ZodType;
}

/** How a route answers when all went well. */
interface DocumentedSuccess {
  readonly status: Success;
  readonly description: string;
  /** Several where the request chooses; none where there is nothing to say. */
  readonly bodies?: readonly MediaBody[];
}

/** A header that a route reads. */
interface DocumentedHeader {
  readonly name: string;
  readonly description: string;
  readonly schema: z.ZodType;
}

/** What is said of a route in the OpenAPI document. */
export interface RouteDocument {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** With parameters in braces, as OpenAPI has it. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Parameters of the path and of the query: strings on the wire. */
  readonly path_parameters?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Body of JSON. */
  readonly body?: z.ZodObject;
  /** Body of a form with a file; the route reads it itself. */
  readonly form?: z.ZodObject;
  /** Says what a body of bytes is; the route reads it itself. */
  readonly bytes?: string;
  readonly headers?: readonly DocumentedHeader[];
  readonly success: readonly DocumentedSuccess[];
  /** Whether nobody is asked who they are. */
  readonly isOpen?: boolean;
  /** Whether requests from one address are counted although nobody is asked; those of all others are. */
  readonly isLimited?: boolean;
}

/** One route of the app. */
export interface Route extends RouteDocument {
  handle(c: RequestContext, app: AppContext): Promise<Response>;
}

/** Parameters and body of a request, by their names. */
export type RequestValues = Readonly<Record<string, unknown>>;

/** A route that is one operation of governance. */
export interface OperationRoute extends RouteDocument {
  /** Name of the operation. */
  readonly operation: string;
  /** The operation's input; governance checks it. */
  input(values: RequestValues): unknown;
  /** What the caller gets of the output; default the output as JSON. */
  output?(output: unknown, values: RequestValues): unknown;
}

/** Puts an operation behind a route: convert, call, convert back. */
export function operationRoute({ operation, input, output = (value) => value, ...document }: OperationRoute): Route {
  const [success] = document.success;
  return {
    ...document,
    handle: async (c, app) => {
      const refusal = document.body && (await refusedUnread(c, app, operation));
      if (refusal) return refusal;
      const values = await valuesOf(c, app, document);
      const outcome = await attempt(c, app, operation, input(values));
      if (!outcome.ok) return refused(c, outcome.envelope, outcome.context.principal, app);
      return c.json(output(outcome.output, values) ?? {}, successStatus[success?.status ?? "ok"]);
    },
  };
}

/** Parameters and body as the route describes them. @throws ArtGuardError `operation.invalid-input`, and those of `readJson` */
export async function valuesOf(c: RequestContext, app: AppContext, route: RouteDocument): Promise<RequestValues> {
  const { bodyBytes: maxBytes } = app.limits;
  const body = route.body && (await app.held.during((hold) => readJson(c.req.raw, { maxBytes, hold })));
  return {
    ...(route.path_parameters && parsed(route.path_parameters, c.req.param())),
    ...(route.query && parsed(route.query, c.req.query())),
    ...(route.body && parsed(route.body, body)),
  };
}

/** A value as its schema has it. @throws ArtGuardError `operation.invalid-input` */
export function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  const field = path.join(".") || "body";
  throw new ArtGuardError("operation.invalid-input", `${field}: ${message}`, { details: { field } });
}

/** A whole number in a query. */
export const numberInQuery = z.coerce.number().int();
/** Yes or no in a query. */
export const flagInQuery = z.enum(["true", "false"]).transform((text) => text === "true");
