import type { TableStore } from "@artguard/core";
import { isIban, type NewDelegation, normalizeIban } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import { contextOf } from "../fixtures/contexts.ts";
import { openedStore, storeKinds, testClock } from "../fixtures/stores.ts";
import { agreeingCustodians } from "./custodians.ts";
import { createUsers, openWorld, refusalOf } from "./world.ts";

const refused = (code: string) => expect.objectContaining({ code });

const company = {
  kind: "company",
  legal_name: "Galería Ltda.",
  country: "CR",
  contact_email: "info@example.org",
  legal_representative: "R. Mora",
  registration_number: "3-101-123456",
  tax_number: "3101123456",
} as const;

async function openDirectory(tables: TableStore, clock: ReturnType<typeof testClock>) {
  const custodians = agreeingCustodians();
  const world = await openWorld({ tables, approvals: custodians.gate }, clock);
  await createUsers(world.users);
  const { directory } = world.identity;
  await directory.registerOrganization("galeria", company);
  await directory.registerOrganization("museo", { ...company, legal_name: "Museo" });
  await directory.addMember("galeria", "ada", ["curator", "analyst"]);
  const delegation: NewDelegation = {
    organizationId: "galeria",
    userId: "bob",
    roles: ["curator"],
    validUntil: clock.now() + 3_600_000,
  };
  return { ...world, directory, custodians, delegation };
}

/** Asks for a delegation by ada, and makes it as the custodians agreed. */
async function delegated({ directory, delegation }: Awaited<ReturnType<typeof openDirectory>>) {
  const asked = await refusalOf(directory.delegations.create(contextOf("ada"), delegation));
  return directory.delegations.create(
    contextOf("ada"),
    delegation,
    String((asked.details as { approval_id: string }).approval_id),
  );
}

describe.each(storeKinds)("the directory in %s", (_, make) => {
  async function opened() {
    const clock = testClock();
    return openDirectory(await openedStore(make, clock.now), clock);
  }

  it("knows a user in several organisations, with other roles in each", async () => {
    const { directory } = await opened();
    await directory.addMember("museo", "ada", ["analyst"]);
    await directory.assignRoles("ada", ["admin"]);
    expect(await directory.standingOf("ada")).toEqual({
      roles: ["admin"],
      organizations: [
        { organizationId: "galeria", roles: ["curator", "analyst"] },
        { organizationId: "museo", roles: ["analyst"] },
      ],
    });
    expect((await directory.membersOf("museo")).map(({ user_id }) => user_id)).toEqual(["ada"]);
    await directory.removeMember("galeria", "ada");
    expect((await directory.standingOf("ada")).organizations).toEqual([
      { organizationId: "museo", roles: ["analyst"] },
    ]);
    await expect(directory.addMember("nowhere", "ada", [])).rejects.toThrow(refused("identity.organization-not-found"));
  });

  it("lets somebody act for a member once custodians agreed, and no longer than that", async () => {
    const world = await opened();
    const { directory, clock, delegation } = world;
    const asked = await refusalOf(directory.delegations.create(contextOf("ada"), delegation));
    expect(asked).toMatchObject({ code: "identity.approval-required", details: { approval_id: "approval-1" } });
    expect((await directory.standingOf("bob")).organizations).toEqual([]);
    await directory.delegations.create(contextOf("ada"), delegation, "approval-1");
    expect((await directory.standingOf("bob")).organizations).toEqual([
      { organizationId: "galeria", roles: ["curator"] },
    ]);
    expect(await directory.delegations.delegatesOf("ada")).toEqual(["bob"]);
    clock.ms += 3_600_000;
    expect((await directory.standingOf("bob")).organizations).toEqual([]);
    expect(await directory.delegations.delegatesOf("ada")).toEqual([]);
  });

  it("makes no delegation with another one's approval, nor with the same one twice", async () => {
    const world = await opened();
    const { directory, delegation } = world;
    await refusalOf(directory.delegations.create(contextOf("ada"), delegation));
    const other = { ...delegation, roles: ["analyst"] };
    await expect(directory.delegations.create(contextOf("ada"), other, "approval-1")).rejects.toThrow("not for this");
    await directory.delegations.create(contextOf("ada"), delegation, "approval-1");
    await expect(directory.delegations.create(contextOf("ada"), delegation, "approval-1")).rejects.toThrow(
      "not for this",
    );
    expect(await directory.membersOf("galeria")).toHaveLength(2);
  });

  it("gives through a delegation no more than its giver still has", async () => {
    const world = await opened();
    const { directory } = world;
    await delegated(world);
    await directory.addMember("galeria", "ada", ["analyst"]);
    expect((await directory.standingOf("bob")).organizations).toEqual([]);
    await directory.addMember("galeria", "ada", ["curator"]);
    expect((await directory.standingOf("bob")).organizations).toEqual([
      { organizationId: "galeria", roles: ["curator"] },
    ]);
    await directory.removeMember("galeria", "ada");
    expect((await directory.standingOf("bob")).organizations).toEqual([]);
  });

  it("refuses to delegate what one does not have oneself, to oneself, in the past or for ever", async () => {
    const world = await opened();
    const { directory, delegation, clock, custodians } = world;
    await delegated(world);
    const year = 366 * 86_400_000;
    const wrong: [string, Partial<NewDelegation>, string][] = [
      ["bob", { userId: "eve" }, "identity.not-a-member"],
      ["ada", { roles: ["owner"] }, "identity.not-a-member"],
      ["ada", { organizationId: "museo" }, "identity.not-a-member"],
      ["ada", { userId: "ada" }, "identity.invalid-input"],
      ["ada", { roles: [] }, "identity.invalid-input"],
      ["ada", { validUntil: clock.now() }, "identity.invalid-input"],
      ["ada", { validUntil: clock.now() + year + 1 }, "identity.invalid-input"],
      ["ada", { validUntil: Number.NaN }, "identity.invalid-input"],
    ];
    for (const [caller, changed, code] of wrong) {
      await expect(directory.delegations.create(contextOf(caller), { ...delegation, ...changed })).rejects.toThrow(
        refused(code),
      );
    }
    expect(custodians.given.size).toBe(0);
  });

  it("ends a delegation for either of the two, and for nobody else", async () => {
    const world = await opened();
    const { directory } = world;
    const one = await delegated(world);
    await expect(directory.delegations.revoke(contextOf("eve"), "bob", one.delegation_id)).rejects.toThrow(
      refused("identity.not-a-member"),
    );
    await directory.delegations.revoke(contextOf("bob"), "bob", one.delegation_id);
    const two = await delegated(world);
    await directory.delegations.revoke(contextOf("ada"), "bob", two.delegation_id);
    expect((await directory.standingOf("bob")).organizations).toEqual([]);
  });

  it("registers persons and organisations once, and forgets the person with the user", async () => {
    const { directory, identity } = await opened();
    await expect(directory.registerOrganization("galeria", company)).rejects.toThrow(
      refused("identity.already-exists"),
    );
    const person = {
      kind: "natural_person",
      given_name: "Ada",
      family_name: "Lovelace",
      document_number: "1-0815-4711",
      document_country: "CR",
      email: "ada@example.org",
      iban: "CR05 0152 0200 1026 2840 66",
    } as const;
    await directory.registerPerson("ada", person);
    expect(await directory.person("ada")).toMatchObject({ iban: "CR05015202001026284066" });
    await expect(directory.registerPerson("ada", person)).rejects.toThrow(refused("identity.already-exists"));
    await expect(directory.registerOrganization("ada", person)).rejects.toThrow(refused("identity.invalid-input"));
    await expect(directory.registerPerson("bob", company)).rejects.toThrow(refused("identity.invalid-input"));
    expect((await directory.organization("galeria"))?.entity).toEqual(company);
    await identity.forgetUser("ada");
    expect(await directory.person("ada")).toBeUndefined();
  });
});

it("makes no delegation where nobody can approve it", async () => {
  const clock = testClock();
  const { identity, users } = await openWorld({}, clock);
  await createUsers(users);
  await identity.directory.registerOrganization("galeria", company);
  await identity.directory.addMember("galeria", "ada", ["curator"]);
  const delegation = { organizationId: "galeria", userId: "bob", roles: ["curator"], validUntil: clock.now() + 1000 };
  const error = await refusalOf(identity.directory.delegations.create(contextOf("ada"), delegation, "made up"));
  expect(error).toMatchObject({ code: "identity.approval-required", details: {} });
});

describe("an IBAN", () => {
  it.each([
    "GB82 WEST 1234 5698 7654 32",
    "DE89 3704 0044 0532 0130 00",
    "CR05 0152 0200 1026 2840 66",
    "no93 8601 1117 947",
  ])("%s is good", (iban) => {
    expect(isIban(normalizeIban(iban))).toBe(true);
  });

  it("is refused with any one digit changed, or two neighbours exchanged", () => {
    const iban = "CR05015202001026284066";
    const wrong = [...iban].flatMap((character, index) => {
      const changed = /\d/.test(character) ? String((Number(character) + 1) % 10) : "X";
      const [before, after] = [iban.slice(0, index), iban.slice(index + 1)];
      const exchanged = `${before}${after.slice(0, 1)}${character}${after.slice(1)}`;
      return [before + changed + after, ...(exchanged === iban ? [] : [exchanged])];
    });
    expect(wrong.length).toBeGreaterThan(30);
    expect(wrong.filter(isIban)).toEqual([]);
    for (const text of ["", "CR05", "CR0501520200102628406", "<script>"]) expect(isIban(text)).toBe(false);
  });
});
