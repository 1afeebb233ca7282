import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** What the network loses of one request. */
export type Loss = "the request" | "the answer";

/** The network of a client, which can lose one request or its answer. */
export class LossyNetwork {
  #next: Loss | undefined;
  #lost = 0;

  /** How many were lost so far. */
  get lost(): number {
    return this.#lost;
  }

  /** The next request suffers this; undefined takes a loss back that met no request. */
  lose(next: Loss | undefined): void {
    this.#next = next;
  }

  attach(client: DynamoDBClient): void {
    client.middlewareStack.add(
      (next) => async (args) => {
        const loss = this.#next;
        this.#next = undefined;
        if (loss === undefined) return next(args);
        this.#lost++;
        if (loss === "the answer") await next(args);
        throw Object.assign(new Error(`${loss} was lost`), { code: "ECONNRESET" });
      },
      // Next to the request handler: all that the SDK makes of the answer is lost too.
      { step: "deserialize", priority: "low", name: "lossyNetwork" },
    );
  }
}
