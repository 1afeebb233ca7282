import { isDeepStrictEqual } from "node:util";
import { ArtGuardError } from "../errors/artguard-error.ts";
import type { Condition, KeyValue } from "./table.ts";
import { compareKeys, isStorableNumber } from "./table-key.ts";

const mostValues = 100;
const operators = [
  "equals",
  "notEquals",
  "lessThan",
  "atMost",
  "greaterThan",
  "atLeast",
  "beginsWith",
  "oneOf",
] as const;
type Operator = (typeof operators)[number];

/** Whether a condition holds of a stored item, undefined for none. Expects what {@link assertCondition} let pass. */
export function holds<Item extends object>(condition: Condition<Item>, item: Item | undefined): boolean {
  if ("item" in condition) return (item !== undefined) === (condition.item === "present");
  if ("all" in condition) return condition.all.every((part) => holds(part, item));
  if ("any" in condition) return condition.any.some((part) => holds(part, item));
  if ("not" in condition) return !holds(condition.not, item);
  const attributes = (item ?? {}) as Record<string, unknown>;
  const value = attributes[condition.attribute];
  if ("is" in condition) return (value !== undefined) === (condition.is === "present");
  const [operator, operand] = comparisonOf(condition);
  return compare(operator, value, isReference(operand) ? attributes[operand.attribute] : operand);
}

function compare(operator: Operator, value: unknown, operand: unknown): boolean {
  if (operator === "notEquals") return value === undefined || operand === undefined || !areEqual(value, operand);
  if (value === undefined || operand === undefined) return false;
  if (operator === "equals") return areEqual(value, operand);
  if (operator === "oneOf") return (operand as readonly unknown[]).includes(value);
  if (operator === "beginsWith") return bothAre("string", value, operand) && String(value).startsWith(String(operand));
  if (!bothAre("string", value, operand) && !bothAre("number", value, operand)) return false;
  const order = compareKeys(value as KeyValue, operand as KeyValue);
  if (operator === "lessThan") return order < 0;
  if (operator === "atMost") return order <= 0;
  return operator === "greaterThan" ? order > 0 : order >= 0;
}

/** Two attributes can also be equal lists, maps or nulls. */
function areEqual(value: unknown, operand: unknown): boolean {
  return value === operand || isDeepStrictEqual(value, operand);
}

function bothAre(type: string, ...values: unknown[]): boolean {
  return values.every((value) => typeof value === type);
}

function isReference(operand: unknown): operand is { attribute: string } {
  return typeof operand === "object" && operand !== null && "attribute" in operand;
}

/** The one comparison of a condition on an attribute: its operator and its operand. */
function comparisonOf(condition: object): [Operator, unknown] {
  const found = operators.filter((operator) => operator in condition);
  const operator = found[0];
  if (operator !== undefined && found.length === 1) return [operator, (condition as Record<string, unknown>)[operator]];
  throw new ArtGuardError("storage.invalid-query", "a condition on an attribute has exactly one comparison");
}

/** Refuses conditions that not every store can evaluate. @throws ArtGuardError `storage.invalid-query` */
export function assertCondition<Item>(condition: Condition<Item>): void {
  if ("item" in condition || "is" in condition) return;
  if ("all" in condition || "any" in condition || "not" in condition) {
    const parts = "all" in condition ? condition.all : "any" in condition ? condition.any : [condition.not];
    if (parts.length === 0) throw new ArtGuardError("storage.invalid-query", "all and any need at least one condition");
    parts.forEach(assertCondition);
    return;
  }
  const [operator, operand] = comparisonOf(condition);
  const self = isReference(operand) && operand.attribute === condition.attribute;
  const problem = self ? "another attribute" : operandProblem(operator, operand);
  if (problem) throw new ArtGuardError("storage.invalid-query", `${condition.attribute}: ${operator} needs ${problem}`);
}

function operandProblem(operator: Operator, operand: unknown): string | undefined {
  if (operator === "oneOf") {
    const values: readonly unknown[] = Array.isArray(operand) ? operand : [];
    const well = values.length >= 1 && values.length <= mostValues && values.every(isKeyValue);
    return well ? undefined : `1–${mostValues} strings or numbers`;
  }
  if (isReference(operand)) return typeof operand.attribute === "string" ? undefined : "the name of an attribute";
  if (operator === "beginsWith") return typeof operand === "string" ? undefined : "a string";
  const equality = operator === "equals" || operator === "notEquals";
  if (isKeyValue(operand) || (equality && typeof operand === "boolean")) return undefined;
  return equality ? "a string, number or boolean" : "a string or number";
}

function isKeyValue(value: unknown): boolean {
  return typeof value === "string" || (typeof value === "number" && isStorableNumber(value));
}
