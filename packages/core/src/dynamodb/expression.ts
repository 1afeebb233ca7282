import { type AttributeMap, toAttribute } from "./attribute-values.ts";

/** What a request carries beside its expressions; absent when there is nothing to say. */
export interface ExpressionAttributes {
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: AttributeMap;
}

/** Names and values of one request's expressions. Every name gets an alias, so that none of DynamoDB's reserved words matters. */
export class Expression {
  readonly #aliases = new Map<string, string>();
  readonly #values: AttributeMap = {};
  #count = 0;

  /** The alias of an attribute. */
  name(attribute: string): string {
    const alias = this.#aliases.get(attribute) ?? `#a${this.#aliases.size}`;
    this.#aliases.set(attribute, alias);
    return alias;
  }

  /** The placeholder of a value. */
  value(value: unknown): string {
    const placeholder = `:v${this.#count++}`;
    this.#values[placeholder] = toAttribute(value);
    return placeholder;
  }

  attributes(): ExpressionAttributes {
    const names = [...this.#aliases].map(([attribute, alias]) => [alias, attribute]);
    return {
      ...(names.length > 0 && { ExpressionAttributeNames: Object.fromEntries(names) }),
      ...(this.#count > 0 && { ExpressionAttributeValues: this.#values }),
    };
  }
}
