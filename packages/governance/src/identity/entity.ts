import { ArtGuardError } from "@artguard/core";
import { z } from "zod";
import { isIban, normalizeIban } from "./iban.ts";

/** Kinds of those who take part: persons, and five kinds of organisations. */
export const entityKinds = ["natural_person", "legal_entity", "institution", "chamber", "group", "company"] as const;
/** One of {@link entityKinds}. */
export type EntityKind = (typeof entityKinds)[number];

const name = z.string().trim().min(1).max(200);
const country = z.string().regex(/^[A-Z]{2}$/, "expected two letters of ISO 3166-1");
const email = z.email().max(254);
/** A number of an official register: letters, digits, spaces, points and dashes. */
const registerNumber = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} .\-/]{2,39}$/u, "expected a number of a register");
const iban = z.preprocess(
  (value) => (typeof value === "string" ? normalizeIban(value) : value),
  z.string().refine(isIban, "the check digits of this IBAN are wrong"),
);

const payment = {
  iban: iban.optional(),
  /** What a payment provider calls a card; numbers of cards are never stored. */
  payment_token: z
    .string()
    .regex(/^(?!\d{12,19}$)[\w-]{8,200}$/, "expected a token of the payment provider, not a card number")
    .optional(),
};

/** A person. */
export const naturalPersonSchema = z.strictObject({
  kind: z.literal("natural_person"),
  given_name: name,
  family_name: name,
  /** Number of an identity document. */
  document_number: registerNumber,
  document_country: country,
  email,
  ...payment,
});

const organized = { legal_name: name, country, contact_email: email, ...payment };
const represented = { legal_representative: name };

/** One of those who take part, with the fields that its kind requires. */
export const entitySchema = z.discriminatedUnion("kind", [
  naturalPersonSchema,
  z.strictObject({
    kind: z.literal("legal_entity"),
    ...organized,
    ...represented,
    registration_number: registerNumber,
  }),
  z.strictObject({
    kind: z.literal("institution"),
    ...organized,
    ...represented,
    sector: z.enum(["public", "academic", "museum", "other"]),
  }),
  z.strictObject({
    kind: z.literal("chamber"),
    ...organized,
    ...represented,
    registration_number: registerNumber,
    sector: name,
  }),
  z.strictObject({ kind: z.literal("group"), ...organized, coordinator: name, purpose: z.string().min(1).max(1000) }),
  z.strictObject({
    kind: z.literal("company"),
    ...organized,
    ...represented,
    registration_number: registerNumber,
    tax_number: registerNumber,
  }),
]);
/** See {@link entitySchema}. */
export type Entity = z.infer<typeof entitySchema>;

/**
 * What a registration of this kind must bring, as JSON Schema (draft 2020-12): a form can be made from it.
 *
 * @throws ArtGuardError `identity.invalid-input` for an unknown kind.
 * @example
 * entityRequirements("company").required; // ["kind", "legal_name", "country", …]
 */
export function entityRequirements(kind: EntityKind): z.core.JSONSchema.JSONSchema {
  const schema = entitySchema.options.find(({ shape }) => shape.kind.value === kind);
  if (!schema) throw new ArtGuardError("identity.invalid-input", `kind: expected one of ${entityKinds.join(", ")}`);
  return z.toJSONSchema(schema, { io: "input" });
}

/** Reads a registration. @throws ArtGuardError `identity.invalid-input`, which names the field and not its value. */
export function parseEntity(value: unknown): Entity {
  const parsed = entitySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const field = path.join(".") || "entity";
  throw new ArtGuardError("identity.invalid-input", `${field}: ${message}`, { details: { field } });
}
