import { randomUUID } from "node:crypto";
import { ArtGuardError, accountTiers, type TransactAction, type UserRepository, userIdOf } from "@artguard/core";
import { z } from "zod";
import type { AccessControl } from "../access/access-control.ts";
import type { Resource } from "../access/resource.ts";
import { page } from "../operation/core-operations/inputs.ts";
import { defineOperation } from "../operation/operation.ts";
import type { DevelopmentIssuer } from "./development-issuer.ts";
import type { Directory } from "./directory.ts";
import { absentUser, assertGivableEverywhere } from "./directory-operations.ts";
import type { SecurityContext } from "./security-context.ts";

const userId = z.string().min(1).max(256);
const whose = z.strictObject({ userId: userId.exactOptional() });
const password = z.string().min(1).max(1024);
const plan = {
  account_tier: z.enum(accountTiers).exactOptional(),
  monthly_quota: z.number().int().nonnegative().exactOptional(),
};
/** The id is made before the log is told of whom the account is. */
const newAccountSchema = z.strictObject({
  userId: userId.default(() => randomUUID()),
  email: z.string().min(3).max(254),
  ...plan,
  roles: z.array(z.string().min(1).max(128)).max(50).default([]),
  password: password.exactOptional(),
});

/** Whom an account is made for. */
export interface NewAccount {
  /** Default a random UUID. */
  readonly userId?: string;
  readonly email: string;
  /** Default `Free`. */
  readonly account_tier?: (typeof accountTiers)[number];
  /** In place of the tier's. */
  readonly monthly_quota?: number;
  /** Roles everywhere; default none. */
  readonly roles?: readonly string[];
  /** For the embedded issuer. */
  readonly password?: string;
}

const change = { effect: "change", audit: "security", absent: absentUser } as const;

/** What {@link accountOperations} works with. */
export interface AccountServices {
  readonly users: UserRepository;
  readonly directory: Directory;
  /** Its policy says which roles are nobody's to give. */
  readonly access: Pick<AccessControl, "policy">;
  /** Keeps passwords; without it nobody gets one. */
  readonly issuer?: Pick<DevelopmentIssuer, "passwordAction">;
}

/**
 * Operations on accounts, for administrators; what one is oneself can be read by everybody.
 *
 * @example
 * const operator = { context: localContext() };
 * const eva = await governance.run(governance.account.create, { email: "eva@museum.example" }, operator);
 */
export function accountOperations({ users, directory, access, issuer }: AccountServices) {
  return {
    /** User, roles and password in one transaction: nobody is left half made. */
    create: defineOperation({
      ...change,
      name: "user.create",
      input: newAccountSchema as z.ZodType<NewAccount>,
      permission: "user.create",
      target: ofNobody,
      facts: ({ roles = [], account_tier = "Free" }) => ({ roles_given: [...roles], account_tier }),
      handler: async ({ userId, roles, password, ...account }: z.output<typeof newAccountSchema>) => {
        await assertGivableEverywhere(access, roles);
        const actions: TransactAction[] = roles.length > 0 ? [directory.rolesAction(userId, roles)] : [];
        if (password !== undefined)
          actions.push(await keeperOf(issuer).passwordAction(userId, account.email, password));
        return users.create({ user_id: userId, ...account }, actions);
      },
    }),
    list: defineOperation({
      name: "user.list",
      input: z.strictObject({ account_tier: plan.account_tier, ...page }),
      permission: "user.list",
      effect: "read",
      audit: "data-access",
      target: () => ({ kind: "user" }),
      handler: (options) => users.list(options),
    }),
    /** Nobody's own: also an administrator's needs a second factor. */
    changePlan: defineOperation({
      ...change,
      name: "user.change-plan",
      /** `monthly_quota: null` goes back to what the tier allows. */
      input: z.strictObject({
        userId,
        ...plan,
        monthly_quota: z.number().int().nonnegative().nullable().exactOptional(),
      }),
      permission: "user.change-plan",
      target: ofNobody,
      facts: ({ account_tier, monthly_quota }) => ({
        ...(account_tier !== undefined && { account_tier }),
        ...(typeof monthly_quota === "number" && { monthly_quota }),
      }),
      handler: ({ userId, ...plan }) => users.changePlan(userIdOf(userId), plan),
    }),
    /** What a user is: roles everywhere, and the organisations with the roles in each. */
    roles: defineOperation({
      name: "user.roles",
      input: whose,
      permission: "user.read",
      effect: "read",
      audit: "data-access",
      target: ofOwner,
      absent: absentUser,
      handler: async (input, { context }) => {
        const { user_id } = await users.get(userIdOf(nameOf(input, context)));
        return { user_id, ...(await directory.standingOf(user_id)) };
      },
    }),
  };
}

/** What {@link passwordOperations} works with. */
export interface PasswordServices {
  readonly users: UserRepository;
  readonly issuer: Pick<DevelopmentIssuer, "setPassword" | "changePassword" | "endSessions">;
}

/**
 * Operations on what the embedded issuer keeps of a user.
 *
 * @example
 * const operator = { context: localContext() };
 * const { password: operations } = governance;
 * if (operations) await governance.run(operations.endSessions, { userId: "eva" }, operator);
 */
export function passwordOperations({ users, issuer }: PasswordServices) {
  return {
    /** One's own needs the one before; the first one, and anybody's, is an administrator's to set. It ends all sessions. */
    setPassword: defineOperation({
      ...change,
      name: "user.set-password",
      input: z.strictObject({ userId: userId.exactOptional(), password, current_password: password.exactOptional() }),
      permission: "user.set-password",
      target: ofOwner,
      handler: async ({ password, current_password = "", ...input }, { context }) => {
        const subject = nameOf(input, context);
        const { kind, id } = context.principal;
        if (kind === "user" && id === subject) await issuer.changePassword(subject, current_password, password);
        else await issuer.setPassword(subject, password);
      },
    }),
    /** Sessions of the embedded issuer; API keys stay. */
    endSessions: defineOperation({
      ...change,
      name: "user.end-sessions",
      input: whose,
      permission: "user.end-sessions",
      target: ofOwner,
      handler: async (input, { context }) => {
        const { user_id } = await users.get(userIdOf(nameOf(input, context)));
        await issuer.endSessions(user_id);
      },
    }),
  };
}

/** An account that is not its user's to make or to change. */
function ofNobody({ userId: id }: { readonly userId?: string }): Resource {
  return { kind: "user", ...(id !== undefined && { id }) };
}

/** An account is not looked up to tell whose it is: somebody else's and one that nobody has look the same. */
function ofOwner(input: { readonly userId?: string }, context: SecurityContext): Resource {
  const id = nameOf(input, context);
  return { kind: "user", id, ownerId: id };
}

function nameOf({ userId }: { readonly userId?: string }, { principal }: SecurityContext): string {
  return userId ?? principal.id;
}

/** What keeps passwords. @throws ArtGuardError `identity.invalid-input` */
function keeperOf(issuer: AccountServices["issuer"]): NonNullable<AccountServices["issuer"]> {
  if (issuer) return issuer;
  throw new ArtGuardError("identity.invalid-input", "password: another issuer keeps them here", {
    details: { field: "password" },
  });
}
