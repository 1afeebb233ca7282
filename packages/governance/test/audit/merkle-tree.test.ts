import { verifyConsistency, verifyInclusion } from "@artguard/governance";
import { describe, expect, it } from "vitest";
import {
  consistencyRanges,
  emptyRoot,
  type Hash,
  hashRanges,
  inclusionRanges,
  isKnown,
  type LeafRange,
  leafHash,
  MerkleEdge,
  nodeHash,
} from "../../src/audit/merkle-tree.ts";

/** Leaves and roots of the reference tree of RFC 6962's implementation, certificate-transparency/merkletree. */
const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map(
  (hex) => leafHash(Buffer.from(hex, "hex")),
);
const roots = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
/** Published proofs of this tree, from transparency-dev/merkle `testdata`, base64. */
const inclusionVectors = [
  { index: 0, size: 1, proof: [] },
  {
    index: 0,
    size: 8,
    proof: [
      "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=",
      "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
      "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
    ],
  },
  {
    index: 5,
    size: 8,
    proof: [
      "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
      "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
      "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
    ],
  },
  { index: 2, size: 3, proof: ["+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU="] },
  {
    index: 1,
    size: 5,
    proof: [
      "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=",
      "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
      "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
    ],
  },
];
const consistencyVectors = [
  { oldSize: 1, size: 1, proof: [] },
  {
    oldSize: 1,
    size: 8,
    proof: [
      "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=",
      "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
      "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
    ],
  },
  {
    oldSize: 6,
    size: 8,
    proof: [
      "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=",
      "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
      "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
    ],
  },
  {
    oldSize: 2,
    size: 5,
    proof: ["Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=", "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms="],
  },
  {
    oldSize: 6,
    size: 7,
    proof: [
      "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=",
      "sIaT7C5yFZcTBkHoIR5+7cy0wmQTlj7ubB4u0W/7Gl8=",
      "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
    ],
  },
];

const rootOf = (size: number) => (size === 0 ? emptyRoot : Buffer.from(roots[size - 1]!, "hex"));
const rootsOf = (ranges: readonly LeafRange[], of: readonly Hash[], edge = new MerkleEdge()) =>
  hashRanges(ranges, asyncly(of.slice(edge.size)), edge);

async function* asyncly(hashes: readonly Hash[]): AsyncGenerator<Hash> {
  yield* hashes;
}

function edgeOf(hashes: readonly Hash[]): MerkleEdge {
  const edge = new MerkleEdge();
  for (const hash of hashes) edge.append(hash);
  return edge;
}

/** The definition of RFC 9162, §2.1.1, word for word. */
function naiveRoot(hashes: readonly Hash[]): Hash {
  if (hashes.length === 0) return emptyRoot;
  if (hashes.length === 1) return hashes[0]!;
  let k = 1;
  while (2 * k < hashes.length) k *= 2;
  return nodeHash(naiveRoot(hashes.slice(0, k)), naiveRoot(hashes.slice(k)));
}

describe("the tree of RFC 9162", () => {
  it("has the published roots at every size", () => {
    for (let size = 0; size <= 8; size++) expect(edgeOf(leaves.slice(0, size)).root()).toEqual(rootOf(size));
  });

  it("makes the published proofs, and they verify", async () => {
    for (const { index, size, proof } of inclusionVectors) {
      const made = await rootsOf(inclusionRanges(index, size), leaves.slice(0, size));
      expect(made.map((hash) => hash.toString("base64"))).toEqual(proof);
      const claim = { index, size, leafHash: leaves[index]!, root: rootOf(size) };
      expect(verifyInclusion(claim, made)).toBe(true);
    }
    for (const { oldSize, size, proof } of consistencyVectors) {
      const made = await rootsOf(consistencyRanges(oldSize, size), leaves.slice(0, size));
      expect(made.map((hash) => hash.toString("base64"))).toEqual(proof);
      expect(verifyConsistency({ oldSize, oldRoot: rootOf(oldSize), size, root: rootOf(size) }, made)).toBe(true);
    }
  });

  it("agrees with the definition for every size, index and beginning up to 40, also where the beginning was deleted", async () => {
    const many = Array.from({ length: 40 }, (_, index) => leafHash(Buffer.from([index])));
    let proofs = 0;
    for (let size = 1; size <= many.length; size++) {
      const of = many.slice(0, size);
      const root = naiveRoot(of);
      expect(edgeOf(of).root()).toEqual(root);
      for (let at = 0; at < size; at++) {
        const edge = edgeOf(many.slice(0, Math.floor(at / 2)));
        const included = await rootsOf(inclusionRanges(at, size), of, edge);
        expect(verifyInclusion({ index: at, size, leafHash: of[at]!, root }, included)).toBe(true);
        const oldRoot = naiveRoot(of.slice(0, at));
        const consistent = at === 0 ? [] : await rootsOf(consistencyRanges(at, size), of);
        expect(verifyConsistency({ oldSize: at, oldRoot, size, root }, consistent)).toBe(true);
        proofs += 2;
      }
    }
    expect(proofs).toBe(1640);
  });

  it("knows which subtrees can still be found when a beginning was deleted", () => {
    const edge = edgeOf(leaves.slice(0, 6));
    expect(isKnown({ start: 0, end: 4 }, edge)).toBe(true);
    expect(isKnown({ start: 4, end: 8 }, edge)).toBe(true);
    expect(isKnown({ start: 0, end: 2 }, edge)).toBe(false);
    expect(isKnown({ start: 2, end: 4 }, edge)).toBe(false);
  });
});

/** Ways to make a proof wrong, as the probes of transparency-dev/merkle have them. */
function wrongProofs(proof: readonly Hash[], root: Hash): (readonly [string, Hash[]])[] {
  const garbage = leafHash(Buffer.from("garbage"));
  const flipped = proof.map((hash, index): [string, Hash[]] => {
    const other = Buffer.from(hash);
    other[index % 32]! ^= 8;
    return [`bit of ${index}`, proof.with(index, other)];
  });
  const removed = proof.map((_, index): [string, Hash[]] => [`without ${index}`, proof.toSpliced(index, 1)]);
  return [
    ...flipped,
    ...removed,
    ["garbage behind", [...proof, garbage]],
    ["garbage before", [garbage, ...proof]],
    ["root behind", [...proof, root]],
    ["root before", [root, ...proof]],
    ["empty hash behind", [...proof, Buffer.alloc(0)]],
    ["short hash behind", [...proof, garbage.subarray(1)]],
    ...(proof.length > 1 ? [["reversed", proof.toReversed()] as [string, Hash[]]] : []),
    ...(proof.length > 1 ? [["inserted", proof.toSpliced(1, 0, garbage)] as [string, Hash[]]] : []),
  ];
}

describe("false proofs", () => {
  const garbage = leafHash(Buffer.from("garbage"));

  it("of inclusion are refused", async () => {
    let refused = 0;
    for (const { index, size } of inclusionVectors) {
      const proof = await rootsOf(inclusionRanges(index, size), leaves.slice(0, size));
      const claim = { index, size, leafHash: leaves[index]!, root: rootOf(size) };
      const claims = [
        ...[index - 1, index + 1, index ^ 2, size, -1, 0.5, Number.NaN].map((other) => ({ ...claim, index: other })),
        ...[size * 2, Math.floor(size / 2), 0, -1].map((other) => ({ ...claim, size: other })),
        { ...claim, leafHash: garbage },
        ...[garbage, Buffer.alloc(0), Buffer.alloc(32)].map((root) => ({ ...claim, root })),
      ];
      for (const other of claims) {
        expect(verifyInclusion(other, proof), JSON.stringify(other)).toBe(false);
        refused += 1;
      }
      for (const [what, other] of wrongProofs(proof, claim.root)) {
        expect(verifyInclusion(claim, other), what).toBe(false);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThanOrEqual(92);
  });

  it("of consistency are refused", async () => {
    let refused = 0;
    for (const { oldSize, size } of consistencyVectors) {
      const proof = await rootsOf(consistencyRanges(oldSize, size), leaves.slice(0, size));
      const claim = { oldSize, oldRoot: rootOf(oldSize), size, root: rootOf(size) };
      const claims = [
        ...[oldSize - 1, oldSize + 1, oldSize ^ 2, size + 1, -1, 0.5].map((other) => ({ ...claim, oldSize: other })),
        ...[size * 2, Math.floor(size / 2), 0, -1].map((other) => ({ ...claim, size: other })),
        ...[garbage, Buffer.alloc(0), emptyRoot].map((oldRoot) => ({ ...claim, oldRoot })),
        ...[garbage, Buffer.alloc(0), emptyRoot].map((root) => ({ ...claim, root })),
        ...(oldSize === size ? [] : [{ ...claim, oldRoot: claim.root, root: claim.oldRoot }]),
      ];
      for (const other of claims) {
        expect(verifyConsistency(other, proof), JSON.stringify(other)).toBe(false);
        refused += 1;
      }
      for (const [what, other] of wrongProofs(proof, claim.root)) {
        expect(verifyConsistency(claim, other), what).toBe(false);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThanOrEqual(92);
  });

  it("would pass a verifier that does not climb to the root: the probes can fail", async () => {
    // The first mistake of falsified-proof bugs: the end of the path is not looked at.
    const careless = (leaf: Hash, root: Hash, proof: readonly Hash[]) =>
      proof.some((_, end) =>
        proof
          .slice(0, end + 1)
          .reduce((left, right) => nodeHash(left, right), leaf)
          .equals(root),
      );
    const proof = await rootsOf(inclusionRanges(0, 8), leaves);
    const longer = [...proof, garbage];
    expect(careless(leaves[0]!, rootOf(8), longer)).toBe(true);
    expect(verifyInclusion({ index: 0, size: 8, leafHash: leaves[0]!, root: rootOf(8) }, longer)).toBe(false);
  });
});
