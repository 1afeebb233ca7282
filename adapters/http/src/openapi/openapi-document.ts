import { publicCodes } from "@artguard/governance";
import { z } from "zod";
import manifest from "../../package.json" with { type: "json" };
import { statusByCode, successStatus } from "../error-to-status.ts";
import type { MediaBody, RouteDocument } from "../route.ts";

/** A JSON Schema (2020-12). */
type JsonSchema = z.core.JSONSchema.BaseSchema;

/** A parameter as OpenAPI has it. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

/** What can come back, or be sent, by its media type. */
type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

/** One operation as OpenAPI has it. */
export interface DescribedOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  readonly openapi: "3.1.0";
  readonly info: { readonly title: string; readonly version: string; readonly license: { readonly name: string } };
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: object;
}

const errorSchema = z.object({
  error: z.object({
    code: z.enum(publicCodes),
    message: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
    trace_id: z.string(),
  }),
});
const errorReference = { $ref: "#/components/schemas/Error" };
const errorStatuses = [...new Set([...Object.values(statusByCode), 422])].sort((a, b) => a - b);

/** What Node answers by itself to requests that never become one, without an envelope. */
const serverAnswers = {
  408: { description: "The request came too slowly." },
  417: { description: "An Expect that is not 100-continue." },
  431: { description: "The head of the request is too long." },
};

/** Describes routes from the schemas by which they read and answer. */
export function openApiDocument(routes: readonly RouteDocument[]): OpenApiDocument {
  const paths: Record<string, Record<string, DescribedOperation>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: describe(route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "ArtGuard", version: manifest.version, license: { name: "Apache-2.0" } },
    paths,
    components: {
      schemas: { Error: schemaOf(errorSchema, "output") },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "A token of an issuer, or an API key." },
        apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
      },
    },
  };
}

function describe(route: RouteDocument): DescribedOperation {
  const { method, path, summary, description, tag, headers = [], success, isOpen = false } = route;
  const parameters: Parameter[] = [
    ...parametersOf("path", route.path_parameters),
    ...parametersOf("query", route.query),
    ...headers.map(
      ({ schema, ...header }) =>
        ({ ...header, in: "header", required: false, schema: schemaOf(schema, "input") }) as const,
    ),
  ];
  return {
    operationId: `${method}${path.replace(/[^a-z]+([a-z])/gi, (_, letter: string) => letter.toUpperCase()).replace(/\W/g, "")}`,
    summary,
    ...(description !== undefined && { description }),
    tags: [tag],
    ...(parameters.length > 0 && { parameters }),
    ...bodyOf(route),
    responses: {
      ...Object.fromEntries(
        success.map((each) => [
          successStatus[each.status],
          { description: each.description, ...(each.bodies && { content: contentOf(each.bodies) }) },
        ]),
      ),
      ...Object.fromEntries(
        errorStatuses.map((status) => [
          status,
          { description: errorsOf(status), content: { "application/json": { schema: errorReference } } },
        ]),
      ),
      ...serverAnswers,
    },
    security: isOpen ? [] : [{ bearer: [] }, { apiKey: [] }],
  };
}

/** Which codes come with a status. */
function errorsOf(status: number): string {
  const codes = Object.entries(statusByCode).filter(([, each]) => each === status);
  return codes.length > 0 ? codes.map(([code]) => code).join(", ") : "CONFLICT of an Idempotency-Key";
}

function parametersOf(place: "path" | "query", schema: z.ZodObject | undefined): Parameter[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, "input");
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property as JsonSchema;
    const isRequired = required.includes(name);
    return { name, in: place, required: isRequired, ...(description !== undefined && { description }), schema: rest };
  });
}

function bodyOf({ body, form, bytes }: RouteDocument): Pick<DescribedOperation, "requestBody"> {
  if (body) {
    return { requestBody: { required: true, content: { "application/json": { schema: schemaOf(body, "input") } } } };
  }
  if (bytes !== undefined) {
    const schema = { type: "string", format: "binary", description: bytes } as const;
    return { requestBody: { required: true, content: { "application/octet-stream": { schema } } } };
  }
  if (!form) return {};
  const schema = schemaOf(form, "input");
  const file = { type: "string", format: "binary", ...(schema.properties?.["file"] as JsonSchema) } as const;
  const fields = { ...schema, properties: { ...schema.properties, file } };
  return { requestBody: { required: true, content: { "multipart/form-data": { schema: fields } } } };
}

function contentOf(bodies: readonly MediaBody[]): Content {
  return Object.fromEntries(
    bodies.map(({ type, schema }) => [type, { schema: schema ? schemaOf(schema, "output") : binaryOrText(type) }]),
  );
}

function binaryOrText(type: string): JsonSchema {
  return type.startsWith("text/") ? { type: "string" } : { type: "string", format: "binary" };
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    target: "draft-2020-12",
    override: ({ jsonSchema }) => withoutTuples(jsonSchema),
  });
  return rest;
}

/** Readers of OpenAPI trip over tuples: said as lists of their length whose members are any of the tuple's. */
function withoutTuples(schema: JsonSchema): void {
  const { prefixItems } = schema;
  if (!prefixItems) return;
  schema.items = { anyOf: prefixItems.filter((each) => typeof each === "object") };
  delete schema.prefixItems;
}
