import { ArtGuardError } from "@artguard/core";
import { type AnyOperation, assertDeclared } from "./operation.ts";

/** Every operation that exists. What is not in it cannot be asked for. */
export class OperationRegistry {
  readonly #operations: ReadonlyMap<string, AnyOperation>;

  /** @throws ArtGuardError `operation.invalid-declaration` for two of one name, or one declared wrongly. */
  constructor(operations: readonly AnyOperation[]) {
    operations.forEach(assertDeclared);
    const names = operations.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
      throw new ArtGuardError("operation.invalid-declaration", `two operations have the name "${twice}"`);
    }
    this.#operations = new Map(operations.map((operation) => [operation.name, operation]));
  }

  /** @throws ArtGuardError `operation.unknown` */
  get(name: string): AnyOperation {
    const operation = this.#operations.get(name);
    if (operation) return operation;
    throw unknownOperation();
  }

  /** All of them, in the order of their declaration. */
  list(): readonly AnyOperation[] {
    return [...this.#operations.values()];
  }
}

/** An operation that nobody registered is as unknown as one that nobody wrote. */
export function unknownOperation(): ArtGuardError {
  return new ArtGuardError("operation.unknown", "there is no such operation");
}
