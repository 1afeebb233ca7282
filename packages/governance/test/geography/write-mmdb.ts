import { isIPv4 } from "node:net";
import ipaddr from "ipaddr.js";

/** What a test database says: the country of each network, in CIDR notation. */
export interface TestDatabase {
  readonly countries: Readonly<Record<string, string>>;
  readonly builtAt: number;
  /** Default `Test-Country`. */
  readonly databaseType?: string;
}

type Value = string | { readonly uint: number } | { readonly map: Readonly<Record<string, Value>> } | readonly string[];
type Node = [Branch, Branch];
type Branch = Node | { readonly country: string } | undefined;

/** A MaxMind DB file (format 2.0, 32-bit records, IPv6 tree). */
export function writeMmdb({ countries, builtAt, databaseType = "Test-Country" }: TestDatabase): Buffer {
  const root: Node = [undefined, undefined];
  for (const [network, country] of Object.entries(countries)) insert(root, bitsOf(network), country);
  const nodes = numbered(root);
  const { data, offsets } = dataSection(new Set(Object.values(countries)));
  const tree = Buffer.alloc(nodes.length * 8);
  nodes.forEach((node, index) => {
    node.forEach((branch, side) => {
      tree.writeUInt32BE(recordOf(branch, nodes, offsets), index * 8 + side * 4);
    });
  });
  const metadata = encoded({
    map: {
      binary_format_major_version: { uint: 2 },
      binary_format_minor_version: { uint: 0 },
      build_epoch: { uint: Math.floor(builtAt / 1000) },
      database_type: databaseType,
      description: { map: { en: "made by a test" } },
      ip_version: { uint: 6 },
      languages: ["en"],
      node_count: { uint: nodes.length },
      record_size: { uint: 32 },
    },
  });
  const marker = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from("MaxMind.com")]);
  return Buffer.concat([tree, Buffer.alloc(16), data, marker, metadata]);
}

/** IPv4 lies under ::/96. */
function bitsOf(network: string): number[] {
  const [address, length] = ipaddr.parseCIDR(network);
  const isV4 = isIPv4(address.toString());
  const bytes = [...Array<number>(isV4 ? 12 : 0).fill(0), ...address.toByteArray()];
  const bits = bytes.flatMap((byte) => [...byte.toString(2).padStart(8, "0")].map(Number));
  return bits.slice(0, length + (isV4 ? 96 : 0));
}

function insert(root: Node, bits: readonly number[], country: string): void {
  let node = root;
  for (const bit of bits.slice(0, -1)) {
    const next = node[bit];
    const inner: Node = Array.isArray(next) ? next : [undefined, undefined];
    node[bit] = inner;
    node = inner;
  }
  node[bits.at(-1)!] = { country };
}

function numbered(root: Node): Node[] {
  const nodes = [root];
  for (const node of nodes) nodes.push(...node.filter((branch) => Array.isArray(branch)));
  return nodes;
}

function recordOf(branch: Branch, nodes: readonly Node[], offsets: ReadonlyMap<string, number>): number {
  if (branch === undefined) return nodes.length;
  if (Array.isArray(branch)) return nodes.indexOf(branch);
  return nodes.length + 16 + offsets.get(branch.country)!;
}

function dataSection(countries: ReadonlySet<string>) {
  const offsets = new Map<string, number>();
  const parts: Buffer[] = [];
  let size = 0;
  for (const country of countries) {
    const part = encoded({ map: { country: { map: { iso_code: country } } } });
    offsets.set(country, size);
    size += part.length;
    parts.push(part);
  }
  return { data: Buffer.concat(parts), offsets };
}

const [stringType, uint32Type, mapType] = [2, 6, 7];
const extendedArrayType = 11 - 7;

function encoded(value: Value): Buffer {
  if (typeof value === "string") return Buffer.concat([control(stringType, value.length), Buffer.from(value)]);
  if (Array.isArray(value)) {
    return Buffer.concat([Buffer.from([value.length, extendedArrayType]), ...value.map((each) => encoded(each))]);
  }
  if ("uint" in value) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value.uint);
    return Buffer.concat([control(uint32Type, 4), bytes]);
  }
  if (!("map" in value)) throw new Error("no such value");
  const entries = Object.entries(value.map);
  return Buffer.concat([
    control(mapType, entries.length),
    ...entries.flatMap(([name, each]) => [encoded(name), encoded(each)]),
  ]);
}

/** Sizes below 29 are in the control byte itself. */
function control(type: number, size: number): Buffer {
  if (size < 29) return Buffer.from([(type << 5) | size]);
  return Buffer.from([(type << 5) | 29, size - 29]);
}
