import { errorCodes, isArtGuardError } from "@artguard/core";
import type { SecurityContext } from "../identity/security-context.ts";
import { type PublicCode, publicCodeOf, publicDetails } from "./public-codes.ts";

/** A value of the envelope's details. */
export type DetailValue = string | number | boolean | readonly string[];

/** The spec's answer to a request that failed. */
export interface ErrorEnvelope {
  readonly error: {
    readonly code: PublicCode;
    readonly message: string;
    /** Never more than the caller may know: figures of its own request, and its own permissions. */
    readonly details: Readonly<Record<string, DetailValue>>;
    readonly trace_id: string;
  };
}

/** For whom the answer is. */
export type EnvelopeContext = Pick<SecurityContext, "traceId" | "permissions">;

const lists: ReadonlySet<string> = new Set(["required_permissions", "renewal_options", "upgrade_plans"]);

/**
 * An error as the caller may see it. Errors of ours keep message and chosen details, except where they are about our own
 * machinery: those, and every error that is not ours, say nothing but that they happened.
 *
 * @example
 * toErrorEnvelope(new ArtGuardError("access.denied", "…"), context).error.code; // INSUFFICIENT_PERMISSIONS
 */
export function toErrorEnvelope(error: unknown, context: EnvelopeContext): ErrorEnvelope {
  const trace_id = context.traceId;
  const code = isArtGuardError(error) ? publicCodeOf(error) : "INTERNAL";
  if (!isArtGuardError(error) || code === "INTERNAL") {
    return {
      error: { code: "INTERNAL", message: "an unexpected error; its trace_id leads to it", details: {}, trace_id },
    };
  }
  const message = isAboutUs(error.code, code) ? meaningOf(error.code) : error.message;
  const permissions = code === "INSUFFICIENT_PERMISSIONS" ? { user_permissions: [...context.permissions] } : {};
  const details = { ...chosen(error.details), ...permissions, reason: error.code };
  return { error: { code, message, details, trace_id } };
}

const aboutUs: ReadonlySet<PublicCode> = new Set(["TEMPORARILY_UNAVAILABLE", "KEY_UNAVAILABLE"]);

/** Whether the message can name files, tables, keys or hosts of ours: those of the stores always can. */
function isAboutUs(code: string, publicCode: PublicCode): boolean {
  return aboutUs.has(publicCode) || code.startsWith("storage.");
}

/** A newer copy of the package may know more codes than this one. */
function meaningOf(code: string): string {
  return new Map<string, { meaning: string }>(Object.entries(errorCodes)).get(code)?.meaning ?? "it may succeed later";
}

function chosen(details: Readonly<Record<string, string | number | boolean>>): Record<string, DetailValue> {
  return Object.fromEntries(
    Object.entries(details)
      .filter(([name]) => publicDetails.has(name))
      .map(([name, value]) => [name, lists.has(name) ? String(value).split(",") : value]),
  );
}
