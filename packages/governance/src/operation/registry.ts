import { ArtGuardError } from "@artguard/core";
import { type AnyOperation, assertDeclared } from "./operation.ts";

/** An operation of any input and output. */
export type NamedOperation = Pick<AnyOperation, "name">;

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

  /**
   * Finds an operation.
   *
   * @param asked Its name, or the operation itself: another one under a known name is as unknown as any.
   * @throws ArtGuardError `operation.unknown`
   */
  get(asked: string | NamedOperation): AnyOperation {
    const operation = this.#operations.get(nameOf(asked));
    if (operation && (typeof asked === "string" || asked === operation)) return operation;
    // What nobody registered is as unknown as what nobody wrote.
    throw new ArtGuardError("operation.unknown", "there is no such operation");
  }

  /** All of them, in the order of their declaration. */
  list(): readonly AnyOperation[] {
    return [...this.#operations.values()];
  }
}

/** The name by which an operation is asked for. */
export function nameOf(asked: string | NamedOperation): string {
  return typeof asked === "string" ? asked : asked.name;
}
