import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { convertToAttr, marshall, unmarshall } from "@aws-sdk/util-dynamodb";

/** Attributes by name, as DynamoDB's protocol writes them. */
export type AttributeMap = Record<string, AttributeValue>;

// DynamoDB's 38 digits hold every double in its range exactly enough to read the same double back.
const toOptions = { removeUndefinedValues: true, allowImpreciseNumbers: true } as const;

/** An item for the protocol; attributes that are undefined are left out. */
export function toAttributes(item: object): AttributeMap {
  return marshall(item as Record<string, unknown>, toOptions);
}

/** One value for the protocol. */
export function toAttribute(value: unknown): AttributeValue {
  return convertToAttr(value, { ...toOptions, convertTopLevelContainer: true });
}

/** An item out of the protocol. */
export function fromAttributes(attributes: AttributeMap): object {
  return unmarshall(attributes, { wrapNumbers: Number });
}
