import { randomUUID } from "node:crypto";
import { ArtGuardError } from "@artguard/core";
import { newTraceId, parseTraceParent } from "../audit/trace.ts";
import { clientAddressOf } from "../geography/client-address.ts";
import type { SecurityContext } from "../identity/security-context.ts";
import { type ErrorEnvelope, toErrorEnvelope } from "./error-envelope.ts";
import type { AnyOperation, Operation } from "./operation.ts";
import { Pipeline, type Refusal } from "./pipeline.ts";
import type { GovernancePorts, GovernedRequest, Location, Network } from "./ports.ts";
import { OperationRegistry } from "./registry.ts";

/** What came of a call, for adapters: the output, or the envelope of the error. */
export type Outcome<Output> =
  | { readonly ok: true; readonly output: Output; readonly context: SecurityContext }
  | RefusedOutcome;

/** Whether a caller is known, for adapters. */
export type Recognition = { readonly ok: true; readonly context: SecurityContext } | RefusedOutcome;

/** Nothing came of it. */
export interface RefusedOutcome {
  readonly ok: false;
  readonly envelope: ErrorEnvelope;
  readonly error: unknown;
  readonly context: SecurityContext;
}

/** Options of {@link governed}: the ports of the pipeline and what may be asked. */
export interface GovernedOptions
  extends Omit<GovernancePorts, "traceIdOf" | "approvalFor" | "newId" | "onAuditFailure"> {
  /** Everything that can be asked for. */
  readonly operations: readonly AnyOperation[];
  /** See `GovernancePorts`; default what `parseTraceParent` reads, else a new random trace. */
  readonly traceIdOf?: (traceparent: string | undefined) => string;
  /** Names of operations that need the approval of custodians here, besides those that say so themselves; default none. */
  readonly approvalFor?: readonly string[];
  /** Source of operation ids; default random UUIDs. */
  readonly newId?: () => string;
  /** Told of audit entries and releases that failed where that alone does not refuse the request; default nothing. */
  readonly onAuditFailure?: (error: unknown) => void;
}

/** Runs operations under the rules. */
export interface Governed {
  /**
   * Does an operation for the caller of the request.
   *
   * @throws ArtGuardError what a stage refuses (`operation.*`, `access.*`, `usage.*`, those of identity, geography and
   * approvals), what the operation says of a target that is absent or not the caller's, or what its handler throws.
   */
  run<Input, Output>(
    operation: Operation<Input, Output>,
    input: NoInfer<Input>,
    request: GovernedRequest,
  ): Promise<Output>;
  /** As `run`, by name and with input that nobody has looked at yet; nothing is thrown. */
  attempt(name: string, input: unknown, request: GovernedRequest): Promise<Outcome<unknown>>;
  /**
   * Who asks for an operation, before its input has been read: a wrong credential is refused as `attempt` would refuse it,
   * and so is a caller without one where the policy lets such callers do it to nothing. That takes no room for input of
   * strangers. A refusal is audited. Whoever is admitted here is asked for everything anew by `attempt`.
   */
  recognize(name: string, request: GovernedRequest): Promise<Recognition>;
  /**
   * Where a request comes from, as the gate of geography believes it; without one the address of the connection. For what is
   * asked before anybody can be known, such as a login.
   *
   * @throws ArtGuardError for an address that nobody may come from.
   */
  locate(network: Network): Promise<Location>;
  /** Everything that can be asked for. */
  readonly operations: readonly AnyOperation[];
}

/**
 * Puts operations behind the pipeline.
 *
 * @throws ArtGuardError `operation.invalid-declaration`, also for an unknown name in `approvalFor`
 * @example
 * const ping = defineOperation({
 *   name: "service.ping",
 *   input: z.strictObject({}),
 *   permission: "service.ping",
 *   effect: "read",
 *   audit: "system",
 *   target: () => ({ kind: "service" }),
 *   handler: async () => "pong",
 * });
 * const { run } = governed({ operations: [ping], audit, identity: identity.authenticator, access, usage });
 * await run(ping, {}, request);
 */
export function governed({ operations, approvalFor = [], ...options }: GovernedOptions): Governed {
  const registry = new OperationRegistry(operations);
  assertRegistered(approvalFor, registry);
  const pipeline = new Pipeline(registry, {
    traceIdOf: (traceparent) => parseTraceParent(traceparent)?.traceId ?? newTraceId(),
    newId: randomUUID,
    onAuditFailure: () => undefined,
    ...options,
    approvalFor: new Set(approvalFor),
  });
  return {
    operations: registry.list(),
    run: async <Input, Output>(
      operation: Operation<Input, Output>,
      input: NoInfer<Input>,
      request: GovernedRequest,
    ) => {
      const passage = await pipeline.pass(operation, input, request);
      // The registry holds this very operation: what came out is of its handler.
      if (passage.ok) return passage.output as Output;
      throw passage.error;
    },
    locate: async (network) => options.geography?.locate(network) ?? connectionOf(network),
    attempt: async (name, input, request) => toldOf(await pipeline.pass(name, input, request)),
    recognize: async (name, request) => toldOf(await pipeline.recognize(name, request)),
  };
}

function connectionOf(network: Network): Location {
  const clientAddress = clientAddressOf(network, 0);
  return { ...(clientAddress !== undefined && { clientAddress }) };
}

/** A name that is misspelt would leave its operation without approval. */
function assertRegistered(names: readonly string[], registry: OperationRegistry): void {
  const known = registry.list().map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ArtGuardError("operation.invalid-declaration", `approvalFor: there is no operation "${unknown}"`);
}

function toldOf<Success extends { readonly ok: true }>(passage: Success | Refusal): Success | RefusedOutcome {
  if (passage.ok) return passage;
  return { ...passage, envelope: toErrorEnvelope(passage.error, passage.context) };
}
