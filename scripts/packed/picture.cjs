// A picture with the settings that an image generator writes beside it, made from nothing.
const { crc32 } = require("node:zlib");

/** @returns {{ width: number, height: number, data: Uint8Array }} grey noise */
exports.noise = (side) => {
  let state = 1;
  const data = Uint8Array.from({ length: side * side }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 96 + (state >>> 26);
  });
  return { width: side, height: side, data };
};

/** Puts a tEXt chunk after the head of a PNG, before its pixels. */
exports.withText = (png, keyword, text) => {
  const body = Buffer.from(`tEXt${keyword}\0${text}`, "latin1");
  const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  size.writeUInt32BE(body.length - 4);
  sum.writeUInt32BE(crc32(body));
  const head = 33;
  return Buffer.concat([png.subarray(0, head), size, body, sum, png.subarray(head)]);
};

exports.settings = "a castle\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 256x256, Model: example";
