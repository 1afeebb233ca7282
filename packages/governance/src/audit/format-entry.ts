import { ArtGuardError } from "@artguard/core";
import type { SecurityContext } from "../identity/security-context.ts";
import type { AuditDetails, AuditEvent } from "./audit-log.ts";
import { type AddressSetting, writtenAddress } from "./client-address.ts";
import type { LogEntry } from "./log-entry.ts";
import { isSecretName, redacted, redactText } from "./redact.ts";
import { attributeName, safeText, upperSnake } from "./safe-text.ts";
import type { AuditSubjects } from "./subjects.ts";

/** Most details of an event, elements of a list, and bytes of a line. */
const [mostDetails, mostElements, mostLineBytes] = [32, 32, 8192];

/** Details that the spec has in `result` and `security_context`; all others are facts of the operation. */
const resultNames = new Set(["rows_accessed", "processing_time_ms", "error_code", "reason", "cost_usd"]);
const clientNames = new Set(["user_agent", "device_fingerprint", "session_id"]);
/** Details that name a person, or an owner of keys, who can be one. */
const personName =
  /^(?:user|owner|grantee|grantor|subject|requester|requested_by|custodian|holder|person|entity|entity_key|approver|delegate|delegator|principal|member|actor|recipient|author)(?:_id)?s?$/;
const largestNumberThatIsNoCard = 1e14;
/** Characters of a name, e.g. of a role, and of a browser. */
const [longestName, longestClient] = [128, 256];
/** Of an entry that is too long remain so many facts of so many characters. */
const [mostShort, longestShort] = [8, 128];
/** Longer texts are no user_id. */
const longestUserId = 256;

type Fact = AuditDetails[string];
type Facts = Record<string, Fact>;

/** What {@link formatEntry} needs besides context and event. */
export interface FormatSettings {
  readonly subjects: AuditSubjects;
  readonly addresses: AddressSetting;
  /** Epoch milliseconds. */
  readonly writtenAt: number;
}

/**
 * The entry of an event: pseudonyms in place of people, nothing secret, in the spec's form.
 *
 * @throws ArtGuardError `audit.invalid-event` without type, operation or trace id.
 */
export async function formatEntry(
  context: SecurityContext,
  event: AuditEvent,
  settings: FormatSettings,
): Promise<LogEntry> {
  assertEvent(context, event);
  const facts = await writtenFacts(event.details ?? {}, settings);
  const { authentication, country } = context;
  const pick = (names: ReadonlySet<string>) => Object.entries(facts).filter(([name]) => names.has(name));
  const isOther = ([name]: [string, Fact]) => !resultNames.has(name) && !clientNames.has(name);
  const client = Object.fromEntries(pick(clientNames));
  const session = client["session_id"] ?? authentication.credentialId;
  return {
    timestamp: new Date(settings.writtenAt).toISOString(),
    event_type: upperSnake(event.type),
    trace_id: cleanName(context.traceId),
    severity: severities[event.severity ?? "info"],
    user: await writtenUser(context, settings.subjects),
    operation: {
      type: upperSnake(event.operation),
      ...(event.resource && (await writtenResource(event.resource, settings))),
      ...Object.fromEntries(Object.entries(facts).filter(isOther)),
    },
    security_context: {
      ip_address: writtenAddress(context.clientAddress, settings.addresses, settings.subjects),
      country: country === undefined ? null : cleanName(country),
      device_fingerprint: oneWay("fp", client["device_fingerprint"], settings),
      session_id: oneWay("sess", session, settings),
      user_agent: typeof client["user_agent"] === "string" ? safeText(client["user_agent"], longestClient) : null,
      authentication_method: authentication.method,
      authentication_strength: authentication.strength,
    },
    result: { status: statuses[event.outcome], ...Object.fromEntries(pick(resultNames)) },
  };
}

const severities = { info: "INFO", warning: "WARNING", critical: "CRITICAL" } as const;
const statuses = { success: "SUCCESS", refused: "REFUSED", failed: "FAILED" } as const;

/** The entry as one line of JSON of at most 8 KiB. An entry that would be longer keeps its shortest facts. */
export function entryLine(entry: LogEntry): string {
  const line = JSON.stringify(entry);
  if (line.length * 3 <= mostLineBytes || Buffer.byteLength(line) <= mostLineBytes) return line;
  const operation = { ...shortest(entry.operation), type: entry.operation.type, shortened: true };
  const result = { ...shortest(entry.result), status: entry.result.status };
  return JSON.stringify({ ...entry, operation, result, user: { ...entry.user, roles: entry.user.roles.slice(0, 4) } });
}

function shortest(facts: Readonly<Record<string, Fact | undefined>>): Facts {
  const short = Object.entries(facts).flatMap(([name, value]): [string, Fact][] =>
    value !== undefined && JSON.stringify(value).length <= longestShort ? [[name, value]] : [],
  );
  return Object.fromEntries(short.slice(0, mostShort));
}

function assertEvent(context: SecurityContext, event: AuditEvent): void {
  const missing = [
    ["type", attributeName(event.type)],
    ["operation", attributeName(event.operation)],
    ["traceId", context.traceId],
  ].find(([, value]) => value === undefined || value === "");
  if (missing) throw new ArtGuardError("audit.invalid-event", `an audited event needs a ${missing[0]}`);
}

async function writtenUser(
  { principal, organizations, roles }: SecurityContext,
  subjects: AuditSubjects,
): Promise<LogEntry["user"]> {
  const isPerson = principal.kind === "user";
  const all = [...new Set([...roles, ...organizations.flatMap((organization) => organization.roles)])];
  return {
    id: isPerson ? await subjects.pseudonymOf(principal.id) : cleanName(principal.id),
    email: isPerson ? redacted : null,
    organization: organizations[0] ? cleanName(organizations[0].organizationId) : null,
    roles: all.slice(0, mostElements).map(cleanName),
  };
}

async function writtenResource(
  { kind, id }: NonNullable<AuditEvent["resource"]>,
  settings: FormatSettings,
): Promise<Facts> {
  const name = `${attributeName(kind) ?? "resource"}_id`;
  return { [name]: await writtenFact(name, id, settings) };
}

async function writtenFacts(details: AuditDetails, settings: FormatSettings): Promise<Facts> {
  const facts: [string, Fact][] = [];
  for (const [key, value] of Object.entries(details).slice(0, mostDetails)) {
    const name = attributeName(key);
    if (name !== undefined && name !== "type" && name !== "status") {
      facts.push([name, await writtenFact(name, value, settings)]);
    }
  }
  return Object.fromEntries(facts);
}

async function writtenFact(name: string, value: unknown, settings: FormatSettings): Promise<Fact> {
  if (isSecretName(name) && !tellsNothing(name, value)) return redacted;
  if (Array.isArray(value)) {
    const elements: string[] = [];
    for (const element of value.slice(0, mostElements)) {
      elements.push(String(await writtenFact(name, element, settings)));
    }
    return elements;
  }
  if (personName.test(name) && typeof value === "string" && value.length <= longestUserId)
    return settings.subjects.pseudonymOf(value);
  return cleanValue(value);
}

/** Whether something is there, and numbers of tokens that a model used. */
function tellsNothing(name: string, value: unknown): boolean {
  return typeof value === "boolean" || value === null || (typeof value === "number" && name.endsWith("tokens"));
}

/** Whatever a caller without types passes: only texts, finite numbers, booleans and null are written. */
function cleanValue(value: unknown): Exclude<Fact, readonly string[]> {
  if (typeof value === "string") return cleanText(value);
  if (typeof value === "number" && Number.isFinite(value)) {
    return Math.abs(value) < largestNumberThatIsNoCard ? value : cleanText(String(value));
  }
  return typeof value === "boolean" ? value : null;
}

function cleanText(text: string): string {
  return safeText(redactText(text));
}

function cleanName(text: string): string {
  return safeText(redactText(text), longestName);
}

/** Identifiers of devices and sessions. */
function oneWay(prefix: string, value: unknown, { subjects }: FormatSettings): string | null {
  return typeof value === "string" && value !== "" ? subjects.oneWay(prefix, value) : null;
}
