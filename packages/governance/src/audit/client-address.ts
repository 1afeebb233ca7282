import { isIPv4, isIPv6 } from "node:net";
import type { AuditSubjects } from "./subjects.ts";

/** How client addresses are written: cut to their network, as a pseudonym of this log, or not at all. */
export type AddressSetting = "truncate" | "pseudonymize" | "omit";

/**
 * What is written of a client's address; null for none. Cut addresses name a network of at least 256: IPv4 keeps 24
 * bits, IPv6 48.
 */
export function writtenAddress(
  address: string | undefined,
  setting: AddressSetting,
  subjects: AuditSubjects,
): string | null {
  if (address === undefined || setting === "omit") return null;
  const plain = address.replace(/^::ffff:(?=[0-9.]+$)/i, "");
  if (!isIPv4(plain) && !isIPv6(plain)) return "[unreadable]";
  if (setting === "pseudonymize") return subjects.oneWay("addr", plain);
  return isIPv4(plain) ? plain.replace(/[0-9]+$/, "0") : `${groupsOf(plain).slice(0, 3).join(":")}::`;
}

/** The eight groups of an IPv6 address; a dotted tail lies behind what is kept. */
function groupsOf(address: string): string[] {
  const [before = "", after] = address.replace(/%.*$/, "").toLowerCase().split("::");
  const left = before === "" ? [] : before.split(":");
  if (after === undefined) return left;
  const right = after === "" ? [] : after.split(":");
  const wide = right.length + (right.at(-1)?.includes(".") ? 1 : 0);
  return [...left, ...new Array<string>(Math.max(0, 8 - left.length - wide)).fill("0"), ...right];
}
