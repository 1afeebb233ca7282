import type { z } from "zod";
import { ArtGuardError } from "../errors/artguard-error.ts";
import type { TableDefinition } from "./table.ts";

/** Type of a key attribute, the same for every item. */
export type KeyType = "string" | "number";

/** Schemas of a table's attributes, by name: of a union one per kind that has the attribute. */
export interface AttributeSchemas {
  readonly byName: ReadonlyMap<string, readonly z.core.$ZodType[]>;
  /** The schema admits attributes that it does not name. */
  readonly open: boolean;
}

const keyTypes = new WeakMap<object, ReadonlyMap<string, KeyType>>();
const attributeSchemas = new WeakMap<object, AttributeSchemas>();

/**
 * Types of all key attributes of the table and its indexes, read from the schema.
 *
 * @throws ArtGuardError `storage.invalid-key` for an attribute that is neither always a string nor always a number.
 */
export function keyTypesOf<Item extends object>(definition: TableDefinition<Item>): ReadonlyMap<string, KeyType> {
  const known = keyTypes.get(definition);
  if (known) return known;
  const keys = [definition.key, ...Object.values(definition.indexes)];
  const attributes = keys.flatMap(({ partition, sort }) => (sort === undefined ? [partition] : [partition, sort]));
  const types = new Map(attributes.map((attribute) => [attribute as string, keyTypeOf(definition, attribute)]));
  keyTypes.set(definition, types);
  return types;
}

/** Schemas of the attributes, read from the table's schema. */
export function attributeSchemasOf<Item extends object>({ schema }: TableDefinition<Item>): AttributeSchemas {
  const known = attributeSchemas.get(schema);
  if (known) return known;
  const byName = new Map<string, z.core.$ZodType[]>();
  const objects = objectsOf(schema);
  for (const { shape } of objects) {
    for (const [name, attribute] of Object.entries(shape)) byName.set(name, [...(byName.get(name) ?? []), attribute]);
  }
  const open = objects.some(({ catchall }) => catchall !== undefined && defOf(catchall).type !== "never");
  const result = { byName, open };
  attributeSchemas.set(schema, result);
  return result;
}

function keyTypeOf<Item extends object>(definition: TableDefinition<Item>, attribute: string): KeyType {
  const schemas = attributeSchemasOf(definition).byName.get(attribute) ?? [];
  const [type, ...others] = new Set(schemas.flatMap(primitivesOf));
  if ((type === "string" || type === "number") && others.length === 0) return type;
  throw new ArtGuardError(
    "storage.invalid-key",
    `${definition.name}: the schema must say that ${attribute} is a string, or that it is a number`,
  );
}

function defOf(schema: z.core.$ZodType): z.core.$ZodTypes["_zod"]["def"] {
  return (schema as z.core.$ZodTypes)._zod.def;
}

function objectsOf(schema: z.core.$ZodType): z.core.$ZodObjectDef[] {
  const def = defOf(schema);
  if (def.type === "object") return [def];
  if (def.type === "union") return def.options.flatMap(objectsOf);
  throw new ArtGuardError(
    "storage.invalid-key",
    `a table's schema is an object or a union of objects, not ${def.type}`,
  );
}

/** `typeof` of the values a schema admits; `undefined` is left out, what has no single type is called by the schema's own. */
function primitivesOf(schema: z.core.$ZodType): string[] {
  const def = defOf(schema);
  switch (def.type) {
    case "optional":
    case "default":
    case "prefault":
    case "nonoptional":
    case "readonly":
      return primitivesOf(def.innerType);
    case "union":
      return def.options.flatMap(primitivesOf);
    case "literal":
      return def.values.map((value) => typeof value);
    case "enum":
      return Object.values(def.entries).map((value) => typeof value);
    case "template_literal":
      return ["string"];
    default:
      return [def.type];
  }
}
