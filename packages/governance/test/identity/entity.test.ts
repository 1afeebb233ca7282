import { type EntityKind, entityKinds, entityRequirements, entitySchema } from "@artguard/governance";
import { describe, expect, it } from "vitest";

const organized = { legal_name: "N", country: "CR", contact_email: "a@example.org" };
const represented = { ...organized, legal_representative: "R" };
const complete: Readonly<Record<EntityKind, Record<string, string>>> = {
  natural_person: {
    given_name: "A",
    family_name: "B",
    document_number: "1-0815",
    document_country: "CR",
    email: "a@example.org",
  },
  legal_entity: { ...represented, registration_number: "3-101-1" },
  institution: { ...represented, sector: "museum" },
  chamber: { ...represented, registration_number: "3-002-1", sector: "art trade" },
  group: { ...organized, coordinator: "C", purpose: "research" },
  company: { ...represented, registration_number: "3-101-1", tax_number: "3101" },
};

describe.each(entityKinds)("a registration of a %s", (kind) => {
  it("needs exactly the fields that its JSON Schema requires", () => {
    const { required, properties, additionalProperties } = entityRequirements(kind);
    expect(required?.toSorted()).toEqual(["kind", ...Object.keys(complete[kind])].toSorted());
    expect(additionalProperties).toBe(false);
    expect(Object.keys(properties ?? {})).toEqual(expect.arrayContaining(["iban", "payment_token"]));
    const entity = { kind, ...complete[kind] };
    expect(entitySchema.safeParse(entity).success).toBe(true);
    for (const field of Object.keys(complete[kind])) {
      const { [field]: _, ...without } = entity as Record<string, string>;
      expect(entitySchema.safeParse(without).success, field).toBe(false);
    }
    expect(entitySchema.safeParse({ ...entity, is_admin: "true" }).success).toBe(false);
  });

  it("takes an IBAN with its check digits and a token for a card, never the card's number", () => {
    const accepts = (more: object) => entitySchema.safeParse({ kind, ...complete[kind], ...more }).success;
    expect(accepts({ iban: "DE89 3704 0044 0532 0130 00", payment_token: "tok_1Nv0FGQ9" })).toBe(true);
    expect(accepts({ iban: "DE88 3704 0044 0532 0130 00" })).toBe(false);
    expect(accepts({ payment_token: "4111111111111111" })).toBe(false);
  });
});

it("there are no requirements for a kind that does not exist", () => {
  expect(() => entityRequirements("robot" as EntityKind)).toThrow(
    expect.objectContaining({ code: "identity.invalid-input" }),
  );
});
