/** A process that ends in the middle of what it does. */
export class Life {
  readonly #killed = Promise.withResolvers<"killed">();
  #isOver = false;

  get killed(): Promise<"killed"> {
    return this.#killed.promise;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  end(): void {
    this.#isOver = true;
    this.#killed.resolve("killed");
  }
}

/** When in a call a process is to be killed. */
export type KillAt = (method: string, args: readonly unknown[]) => "before" | "after" | undefined;

/**
 * A store as a mortal process sees it: after its end no call is made, and none returns. One that it has made has its
 * effect, but nobody hears of it.
 */
export function mortal<Store extends object>(store: Store, life: Life, killAt: KillAt): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name === "uri") return value.bind(target);
      return (...args: unknown[]) => {
        if (life.isOver) return forever;
        const moment = killAt(String(name), args);
        if (moment === "before") life.end();
        if (life.isOver) return forever;
        const result: unknown = value.apply(target, args);
        if (!(result instanceof Promise)) return result;
        return heard(result, life, moment === "after");
      };
    },
  });
}

const forever = new Promise<never>(() => undefined);

async function heard<Result>(result: Promise<Result>, life: Life, isLast: boolean): Promise<Result> {
  const value = await result.catch(async (error: unknown) => {
    if (life.isOver) return await forever;
    throw error;
  });
  if (isLast) life.end();
  return life.isOver ? await forever : value;
}
