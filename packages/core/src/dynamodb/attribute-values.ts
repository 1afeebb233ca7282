import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** Attributes by name, as DynamoDB's protocol writes them. */
export type AttributeMap = Record<string, AttributeValue>;

/** One JSON value for the protocol. DynamoDB's 38 digits hold every double in its range: the same is read back. */
export function toAttribute(value: unknown): AttributeValue {
  if (typeof value === "string") return { S: value };
  if (typeof value === "number") return { N: String(value) };
  if (typeof value === "boolean") return { BOOL: value };
  if (value === null) return { NULL: true };
  return Array.isArray(value) ? { L: value.map(toAttribute) } : { M: toAttributes(value as object) };
}

/** An item for the protocol; attributes that are undefined are left out. */
export function toAttributes(item: object): AttributeMap {
  const attributes: [string, AttributeValue][] = [];
  for (const [name, value] of Object.entries(item)) {
    if (value !== undefined) attributes.push([name, toAttribute(value)]);
  }
  return Object.fromEntries(attributes);
}

/** An item out of the protocol. */
export function fromAttributes(attributes: AttributeMap): object {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, fromAttribute(value)]));
}

function fromAttribute(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.L !== undefined) return value.L.map(fromAttribute);
  if (value.M !== undefined) return fromAttributes(value.M);
  // Sets and bytes, which items of ours never hold, stay as the SDK reads them.
  return Object.values(value)[0];
}
