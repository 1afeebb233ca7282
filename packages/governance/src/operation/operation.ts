import { ArtGuardError } from "@artguard/core";
import type { z } from "zod";
import { permissionSchema } from "../access/permission.ts";
import type { Classification, Resource } from "../access/resource.ts";
import type { AuditDetails } from "../audit/audit-log.ts";
import type { SecurityContext } from "../identity/security-context.ts";
import type { UsageSubject } from "../usage/plan.ts";

/** Which of the audit log's methods an operation is written with, and so how long its entries are kept. */
export const auditMethods = ["security", "data-access", "query", "system", "custodian-approval"] as const;
/** One of {@link auditMethods}. */
export type AuditMethod = (typeof auditMethods)[number];

/** What an operation uses up. */
export interface Meter<Input, Output> {
  readonly name: string;
  /** In units of the meter, from 1 on; default 1. */
  quantity?(input: Input): number;
  /** Whose limits it counts against; default the caller. */
  subjects?(input: Input, context: SecurityContext): readonly UsageSubject[];
  /** Id of the event where core keeps the count: the same for a repeated request; default the operation's. */
  eventId?(output: Output): string;
}

/** What a handler is given besides its input. */
export interface OperationCall {
  readonly context: SecurityContext;
  /** Unique for this call, also the id of its usage event. */
  readonly operationId: string;
  /** What the request says that it is for, else what the operation is for. */
  readonly purpose?: string;
  readonly signal?: AbortSignal;
}

/** One thing that can be asked of ArtGuard, with everything that decides whether it is done. */
export interface Operation<Input, Output> {
  /** `noun.verb`. */
  readonly name: string;
  readonly input: z.ZodType<Input>;
  /** `noun.verb`; what the caller must be allowed to do with the target. */
  readonly permission: string;
  /** Whether anything is different afterwards. A change is not begun when the audit log cannot be written. */
  readonly effect: "read" | "change";
  readonly audit: AuditMethod;
  /** What it acts on; undefined when there is no such thing. Reads only what it needs to tell whose it is. */
  target(input: NoInfer<Input>, context: SecurityContext): Resource | undefined | Promise<Resource | undefined>;
  /**
   * What somebody is told who asks for a thing that is not there, or that is not theirs to know of: the same. Left out
   * where the target is no single thing.
   */
  absent?(input: NoInfer<Input>): ArtGuardError;
  /** What it is for, where the request does not say. */
  readonly purpose?: string;
  /** Of targets that say nothing of it; default `internal`. */
  readonly classification?: Classification;
  readonly meter?: Meter<NoInfer<Input>, NoInfer<Output>>;
  /** Who must agree before it is done. */
  readonly approval?: "custodians";
  /** What the audit log is told of the input besides what it acts on; default nothing. */
  facts?(input: NoInfer<Input>): AuditDetails;
  /** Does it. Who may ask for it has been decided. */
  handler(input: NoInfer<Input>, call: OperationCall): Promise<Output>;
  /** What is left to do when the last audit entry of a success is written. */
  settled?(input: NoInfer<Input>, call: OperationCall): Promise<void>;
}

/** Any operation, as a registry holds it. */
export type AnyOperation = Operation<unknown, unknown>;

/**
 * Declares an operation.
 *
 * @throws ArtGuardError `operation.invalid-declaration` for a name or permission that is not `noun.verb`, or without
 * `audit`.
 * @example
 * const readDataset = defineOperation({
 *   name: "dataset.read",
 *   input: z.strictObject({ datasetId: z.string() }),
 *   permission: "dataset.read",
 *   effect: "read",
 *   audit: "data-access",
 *   target: ({ datasetId }) => ({ kind: "dataset", id: datasetId }),
 *   absent: () => new ArtGuardError("access.denied", "there is no such dataset"),
 *   handler: ({ datasetId }) => readFile(`datasets/${datasetId}.json`, "utf8"),
 * });
 */
export function defineOperation<Input, Output>(operation: Operation<Input, Output>): Operation<Input, Output> {
  assertDeclared(operation);
  return Object.freeze(operation);
}

/** Refuses an operation that would run without a permission or unseen. @throws ArtGuardError `operation.invalid-declaration` */
export function assertDeclared({ name, permission, audit }: Pick<AnyOperation, "name" | "permission" | "audit">): void {
  const problem = !permissionSchema.safeParse(name).success
    ? "a name is noun.verb"
    : !permissionSchema.safeParse(permission).success
      ? "a permission is noun.verb"
      : !auditMethods.includes(audit)
        ? `audit is one of ${auditMethods.join(", ")}`
        : undefined;
  if (problem === undefined) return;
  throw new ArtGuardError("operation.invalid-declaration", `operation "${name}": ${problem}`);
}
