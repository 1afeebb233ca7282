import type { ChangeApproval, ChangeAskedFor } from "@artguard/governance";

/** Approvals of custodians who agree to what they were asked for, once. */
export function agreeingCustodians() {
  const given = new Map<string, string>();
  const gate: ChangeApproval = {
    request: async (context, asked) => {
      const id = `approval-${given.size + 1}`;
      given.set(id, textOf(context.principal.id, asked));
      return id;
    },
    consume: async (context, id, asked) => {
      if (given.get(id) !== textOf(context.principal.id, asked)) throw new Error("not for this, or used");
      given.delete(id);
    },
  };
  return { gate, given };
}

const textOf = (caller: string, asked: ChangeAskedFor) => JSON.stringify([caller, asked]);
