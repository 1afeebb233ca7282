import { type Code, type FunctionBody, i32, v128 } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernel.ts";
import { constantBit, type GridVotes, noVote, type WindowRanks } from "./votes.ts";

const { i16x8, i8x16 } = v128;
const splat = (value: number): Code => i16x8.splat(i32.const(value));

/** `betterRank` of eight pairs at once. */
function better(a: Code, b: Code): Code {
  const isTie = i16x8.lessThanUnsigned(v128.xor(a, b), splat(256));
  return v128.bitselect(v128.or(a, splat(noVote)), i16x8.maxUnsigned(a, b), isTie);
}

/** Ranks (bytes) to candidates (16 bits); `settings` holds their positions in the grid and which of them do not stand. */
const stand: FunctionBody = (build, ranks, settings, out, end) => {
  const x = build.local("i32");
  const position = build.let(v128.load(settings.get));
  const isOut = build.let(v128.load(settings.get, 16));
  build.repeat(x, end, 8, () => {
    const rank = build.let(v128.load8x8Unsigned(i32.add(ranks.get, x.get)));
    // All ones where the bit of a constant window is set.
    const isConstant = i16x8.shiftRightSigned(i16x8.shiftLeft(rank, 8), 15);
    const vote = v128.or(v128.and(isConstant, splat(noVote)), position);
    const zeros = i16x8.shiftLeft(v128.and(rank, splat(constantBit - 1)), 8);
    const candidate = v128.bitselect(splat(noVote), v128.or(zeros, vote), isOut);
    build.emit(v128.store(i32.add(out.get, i32.shiftLeft(x.get, 1)), candidate));
  });
};

/** The better of two rows, candidate by candidate; `out` may be `a`. */
const chooseBetter: FunctionBody = (build, a, b, out, end) => {
  const x = build.local("i32");
  build.repeat(x, end, 8, () => {
    const at = i32.shiftLeft(x.get, 1);
    const [left, right] = [build.let(v128.load(i32.add(a.get, at))), build.let(v128.load(i32.add(b.get, at)))];
    build.emit(v128.store(i32.add(out.get, at), better(left, right)));
  });
};

/** As {@link chooseBetter}, but writes the votes alone, a byte each. */
const castVotes: FunctionBody = (build, a, b, out, end) => {
  const x = build.local("i32");
  build.repeat(x, end, 8, () => {
    const at = i32.shiftLeft(x.get, 1);
    const [left, right] = [build.let(v128.load(i32.add(a.get, at))), build.let(v128.load(i32.add(b.get, at)))];
    const votes = build.let(v128.and(better(left, right), splat(255)));
    build.emit(v128.storeLow64(i32.add(out.get, x.get), i8x16.narrowI16x8Unsigned(votes, votes)));
  });
};

const kernel = new KernelModule({ stand, chooseBetter, castVotes });

/** `gridVotes` on vectors of eight. */
export function gridVotesByKernel(ranks: WindowRanks, without?: number): GridVotes {
  const [width, height] = [ranks.width + 7, ranks.height + 7];
  const data = new Uint8Array(width * height).fill(noVote);
  /** Rows are padded: vectors and the step to the right neighbour look beyond the end. */
  const padded = 8 * Math.ceil(ranks.width / 8) + 8;
  const rowBytes = 2 * padded;
  const [bestAt, pairsAt, foursAt, ranksAt] = [0, 8 * rowBytes, 16 * rowBytes, 24 * rowBytes];
  const [votesAt, settingsAt] = [ranksAt + padded, ranksAt + 2 * padded];
  const { run, memory } = kernel.instantiate(settingsAt + 32);
  const rankRow = new Uint8Array(memory, ranksAt, ranks.width);
  const votes = new Uint8Array(memory, votesAt, ranks.width - 7);
  const settings = new Uint16Array(memory, settingsAt, 16);
  const slot = (at: number, y: number) => at + (y & 7) * rowBytes;
  const end = ranks.width;
  for (let y = 0; y < ranks.height; y++) {
    rankRow.set(ranks.data.subarray(y * ranks.width, (y + 1) * ranks.width));
    for (let x = 0; x < 8; x++) {
      settings[x] = ((y & 7) << 3) | x;
      const isOut = without !== undefined && (without >> 3 === (y & 7) || (without & 7) === x);
      settings[8 + x] = isOut ? 0xffff : 0;
    }
    const best = slot(bestAt, y);
    run.stand(ranksAt, settingsAt, best, end);
    for (const step of [1, 2, 4]) run.chooseBetter(best, best + 2 * step, best, end);
    if (y >= 1) run.chooseBetter(slot(bestAt, y - 1), best, slot(pairsAt, y - 1), end);
    if (y >= 3) run.chooseBetter(slot(pairsAt, y - 3), slot(pairsAt, y - 1), slot(foursAt, y - 3), end);
    if (y < 7) continue;
    run.castVotes(slot(foursAt, y - 7), slot(foursAt, y - 3), votesAt, end);
    data.set(votes, y * width + 7);
  }
  return { width, height, data };
}
