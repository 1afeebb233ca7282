import { isIP, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";

/** How a request came, as the adapter saw it. */
export interface Arrival {
  /** Address of the connection. */
  readonly remoteAddress?: string;
  /** Value of `X-Forwarded-For`, as it came. */
  readonly forwardedFor?: string;
}

/** More than all that proxies of ours add: of a longer header only the end is looked at. */
const longestEnd = 4096;
const bracketed = /^\[([^\]]+)\](?::\d{1,5})?$/;
const withPort = /^([\d.]+):\d{1,5}$/;

/**
 * Address of the client behind `trustedProxies` proxies of ours: each of them adds, on the right, the address it was
 * called from, so that the client is that many entries from the right. What stands further left came from the client and
 * is not looked at. Without proxies it is the address of the connection, whatever the header says.
 *
 * @returns its canonical form (IPv4 in IPv6 as IPv4), or undefined where the entry is missing or is no address.
 * @example
 * clientAddressOf({ remoteAddress: "192.0.2.9", forwardedFor: "203.0.113.66, 198.51.100.7" }, 1); // "198.51.100.7"
 */
export function clientAddressOf({ remoteAddress, forwardedFor }: Arrival, trustedProxies: number): string | undefined {
  if (trustedProxies === 0) return remoteAddress === undefined ? undefined : canonicalAddress(remoteAddress);
  if (forwardedFor === undefined) return undefined;
  const entry = forwardedFor.slice(-longestEnd).split(",").at(-trustedProxies)?.trim();
  return entry === undefined ? undefined : canonicalAddress(withoutPort(entry));
}

/**
 * The one way to write an address; undefined for what is none. Addresses with a zone have a meaning on their host only.
 *
 * @example
 * canonicalAddress("::ffff:192.0.2.7"); // 192.0.2.7
 */
export function canonicalAddress(text: string): string | undefined {
  return isIP(text) === 0 || text.includes("%") ? undefined : ipaddr.process(text).toString();
}

/**
 * By what callers are counted: one connection has 2^64 addresses of IPv6 to choose from, and they count as one. Other text is
 * itself.
 *
 * @example
 * originOf("2001:db8::7"); // 2001:db8::
 * originOf("192.0.2.7"); // 192.0.2.7
 */
export function originOf(address: string): string {
  if (!isIPv6(address) || address.includes("%")) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === "ipv6" ? ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/64`).toString() : parsed.toString();
}

function withoutPort(entry: string): string {
  return bracketed.exec(entry)?.[1] ?? withPort.exec(entry)?.[1] ?? entry;
}
