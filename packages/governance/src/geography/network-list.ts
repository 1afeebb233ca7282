import { isIP } from "node:net";
import { ArtGuardError } from "@artguard/core";
import ipaddr from "ipaddr.js";

const form = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/;
/** Larger networks are no institution's: they would switch the restriction off. */
const fewestBits = { ipv4: 8, ipv6: 19 };

/**
 * The canonical form of a network in CIDR notation.
 *
 * @throws ArtGuardError `geography.invalid-input` for what is none, for bits of a host that are set, and for more than a
 * /8 (IPv4) or /19 (IPv6).
 */
export function canonicalNetwork(cidr: string): string {
  const [, text = "", digits = ""] = form.exec(cidr) ?? [];
  if (isIP(text) === 0) throw invalid(cidr, "expected e.g. 192.0.2.0/24");
  const address = ipaddr.parse(text);
  const [kind, bits] = [address.kind(), Number(digits)];
  const mostBits = kind === "ipv4" ? 32 : 128;
  if (address.range() === "ipv4Mapped") throw invalid(cidr, "write it as IPv4");
  if (!(bits >= fewestBits[kind] && bits <= mostBits)) {
    throw invalid(cidr, `expected /${fewestBits[kind]} to /${mostBits}`);
  }
  const first = (kind === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(`${address}/${bits}`);
  if (first.toString() !== address.toString()) throw invalid(cidr, "bits behind the prefix are set");
  return `${address}/${bits}`;
}

/** Whether one of the canonical networks has the canonical address. */
export function isInNetworks(networks: readonly string[], address: string): boolean {
  const parsed = ipaddr.parse(address);
  return networks.some((network) => {
    const [first, bits] = ipaddr.parseCIDR(network);
    return first.kind() === parsed.kind() && parsed.match(first, bits);
  });
}

function invalid(cidr: string, problem: string): ArtGuardError {
  return new ArtGuardError("geography.invalid-input", `network ${JSON.stringify(cidr.slice(0, 50))}: ${problem}`, {
    details: { field: "networks" },
  });
}
