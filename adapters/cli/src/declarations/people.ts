import type { AccountTier } from "@artguard/core";
import { type Argument, declareCommand, type Option } from "../command-line/declare-command.ts";
import { folder } from "./shared.ts";

const governed = { folder: { ...folder, summary: "folder of the installation, as of `artguard serve`" } } as const;

const userId = {
  name: "user_id",
  summary: "id of a user",
  missing: "name one user_id; `artguard users list` lists them",
} as const satisfies Argument;

const whose = {
  type: "text",
  value: "ID",
  required: true,
  summary: "user_id of their owner",
} as const satisfies Option;

const roles = { type: "list", value: "A,B", summary: "roles" } as const satisfies Option;

/** Tiers of accounts. */
export const tierWords = ["Free", "Standard", "Premium", "Enterprise"] as const satisfies readonly AccountTier[];

const asOperator =
  "Acts as the operator of this machine on the folder of an installation, through the operations of [governance](governance.md), so that it is in the audit log.";
const aboutPasswords =
  "The password is asked for without echo; where standard input is no terminal, its first line is the password. It is never an argument: those are seen by every process of the machine.";

export const usersCreateCommand = declareCommand({
  name: "users create",
  group: "People and keys",
  summary: "make an account",
  details: [asOperator, aboutPasswords],
  options: {
    email: { type: "text", value: "ADDRESS", required: true, summary: "of nobody else" },
    id: { type: "text", value: "ID", summary: "user_id", otherwise: "one is made up" },
    tier: { type: "choice", value: "TIER", choices: tierWords, summary: "tier of the account", otherwise: "Free" },
    roles: { ...roles, otherwise: "none but what every user has" },
    password: { type: "switch", summary: "ask for a password to log in with" },
    ...governed,
  },
  examples: [
    ["users create --email ada@museum.example --roles admin --password", "an administrator who logs in"],
    ["users create --email bot@museum.example < /dev/null", "an account that has API keys alone"],
  ],
  json: "the account",
});

export const usersListCommand = declareCommand({
  name: "users list",
  group: "People and keys",
  summary: "list accounts",
  details: [asOperator],
  options: {
    limit: { type: "number", value: "N", default: 20, summary: "accounts a page" },
    cursor: { type: "text", value: "C", summary: "where the page before ended" },
    ...governed,
  },
  examples: [["users list", "the first page"]],
  json: "one object with `items` and, while there are more, `cursor`",
});

export const usersShowCommand = declareCommand({
  name: "users show",
  group: "People and keys",
  summary: "show an account, its roles and organisations",
  details: [asOperator],
  arguments: [userId],
  options: governed,
  examples: [["users show admin", "the administrator that the first start makes"]],
  json: "one object: `user`, `standing`",
});

export const usersRolesCommand = declareCommand({
  name: "users roles",
  group: "People and keys",
  summary: "show or change the roles of a user",
  details: [asOperator],
  arguments: [userId],
  options: { set: { ...roles, summary: "these and no others; empty for none" }, ...governed },
  examples: [
    ["users roles ada", "which they are"],
    ["users roles ada --set admin,custodian", "gives two, and takes all others"],
  ],
  json: "one object: `user_id`, `roles`, `organizations`",
});

export const usersSetPasswordCommand = declareCommand({
  name: "users set-password",
  group: "People and keys",
  summary: "give a user a password; all sessions end",
  details: [asOperator, aboutPasswords],
  arguments: [userId],
  options: governed,
  examples: [["users set-password ada", "asked for twice"]],
  json: "one object: `user_id`, `password_set`",
});

export const usersEndSessionsCommand = declareCommand({
  name: "users end-sessions",
  group: "People and keys",
  summary: "log a user out everywhere",
  details: [asOperator],
  arguments: [userId],
  options: governed,
  examples: [["users end-sessions ada", "after a device was lost"]],
  json: "one object: `user_id`, `sessions_ended`",
});

export const keysCreateCommand = declareCommand({
  name: "keys create",
  group: "People and keys",
  summary: "make an API key; it is printed this once",
  details: [asOperator],
  options: {
    user: whose,
    name: { type: "text", value: "NAME", required: true, summary: "what it is for" },
    scopes: { type: "list", value: "A,B", summary: "permissions it is limited to", otherwise: "all of its user" },
    "second-factor": {
      type: "switch",
      summary: "to be shown at a login beside the password, for what needs two factors",
    },
    days: { type: "number", value: "N", summary: "days that it is valid", otherwise: "until it is revoked" },
    ...governed,
  },
  examples: [
    ["keys create --user ada --name ada --second-factor", "for an administrator ([identity](identity.md))"],
    ["keys create --user ada --name pipeline --scopes analysis.create,analysis.read --days 90", "for one purpose"],
  ],
  json: "one object: `key` and what `keys list` shows of it",
});

export const keysListCommand = declareCommand({
  name: "keys list",
  group: "People and keys",
  summary: "list the API keys of a user, also revoked ones",
  details: [asOperator],
  options: { user: whose, ...governed },
  examples: [["keys list --user ada", "by their prefix"]],
  json: "one object with `items`",
});

export const keysRevokeCommand = declareCommand({
  name: "keys revoke",
  group: "People and keys",
  summary: "end an API key at once",
  details: [asOperator],
  arguments: [
    {
      name: "prefix",
      summary: "the 12 digits by which the list names it",
      missing: "name the prefix of one key; `artguard keys list` lists them",
    },
  ],
  options: { user: whose, ...governed },
  examples: [["keys revoke 0123456789ab --user ada", "one of them"]],
  json: "the key as `keys list` shows it",
});
