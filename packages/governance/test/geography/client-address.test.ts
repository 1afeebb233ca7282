import { canonicalAddress, clientAddressOf } from "@artguard/governance";
import { describe, expect, it } from "vitest";

const client = "198.51.100.7";
const [proxy, spoofed] = ["192.0.2.9", "203.0.113.66"];

describe("the client's address", () => {
  it("is the connection's where there is no proxy, whatever the header says", () => {
    expect(clientAddressOf({ remoteAddress: client, forwardedFor: spoofed }, 0)).toBe(client);
    expect(clientAddressOf({ forwardedFor: spoofed }, 0)).toBeUndefined();
  });

  it.each([
    [1, client],
    [1, `${spoofed}, ${client}`],
    [1, `${spoofed}, not an address, , ${client}`],
    [2, `${client}, ${proxy}`],
    [2, `${spoofed}, ${spoofed}, ${client}, ${proxy}`],
    [3, `${spoofed},${client},${proxy},${proxy}`],
  ])("behind %i proxies is that many entries from the right of %s", (proxies, forwardedFor) => {
    expect(clientAddressOf({ remoteAddress: proxy, forwardedFor }, proxies)).toBe(client);
  });

  it("cannot be chosen by the client, however much it sends", () => {
    for (let entries = 0; entries < 50; entries++) {
      const sent = Array.from({ length: entries }, () => spoofed);
      const forwardedFor = [...sent, client, proxy].join(", ");
      expect(clientAddressOf({ remoteAddress: proxy, forwardedFor }, 2)).toBe(client);
    }
    // What reads from the left, as many do, is told what the client likes.
    const leftmost = (header: string) => header.split(",")[0];
    expect(leftmost(`${spoofed}, ${client}`)).toBe(spoofed);
  });

  it.each([
    ["198.51.100.7:4711", client],
    ["2001:db8::7", "2001:db8::7"],
    ["[2001:db8::7]", "2001:db8::7"],
    ["[2001:DB8:0:0::7]:443", "2001:db8::7"],
    ["::ffff:198.51.100.7", client],
    ["::ffff:c633:6407", client],
    [" 198.51.100.7\t", client],
  ])("written %s is %s", (entry, address) => {
    expect(clientAddressOf({ forwardedFor: entry }, 1)).toBe(address);
  });

  it.each([
    "",
    "unknown",
    "_hidden",
    "198.51.100",
    "198.51.100.256",
    "0306.51.100.7",
    "0xc6.51.100.7",
    "3325256711",
    "198.51.100.7:port",
    "[198.51.100.7",
    "2001:db8::7::1",
    "fe80::1%eth0",
    "198.51.100.7 evil",
    "<script>",
    `${"1".repeat(5000)}`,
  ])("is not known where the entry is %j", (entry) => {
    expect(clientAddressOf({ remoteAddress: proxy, forwardedFor: `${spoofed}, ${entry}` }, 1)).toBeUndefined();
  });

  it("is not known where the header is missing or shorter than the chain of proxies", () => {
    expect(clientAddressOf({ remoteAddress: proxy }, 1)).toBeUndefined();
    expect(clientAddressOf({ remoteAddress: proxy, forwardedFor: client }, 2)).toBeUndefined();
  });

  it("has one form only", () => {
    const forms = ["2001:db8:0:0:0:0:0:1", "2001:DB8::1", "2001:db8::0:1", "2001:0db8::0001"];
    expect(new Set(forms.map(canonicalAddress))).toEqual(new Set(["2001:db8::1"]));
  });
});
