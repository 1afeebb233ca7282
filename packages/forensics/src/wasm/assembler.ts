/** Encoded instructions. */
export type Code = readonly number[];

/** Types of locals. */
const types = { i32: 0x7f, v128: 0x7b } as const;
type ValueType = keyof typeof types;

const simdPrefix = 0xfd;

/** A local variable of a function. */
interface Local {
  readonly get: Code;
  set(value: Code): Code;
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value >>> 0; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const isLast = rest >= -64 && rest < 64;
    bytes.push((rest & 127) | (isLast ? 0 : 128));
    if (isLast) return bytes;
  }
}

const binary =
  (...opcode: number[]) =>
  (left: Code, right: Code): Code => [...left, ...right, ...opcode];
const simd = (code: number): number[] => [simdPrefix, ...unsigned(code)];
/** Memory operands: alignment is a hint, one byte is always right. */
const memory =
  (code: number) =>
  (address: Code, offset = 0): Code => [...address, ...simd(code), 0, ...unsigned(offset)];

/** 32-bit integers. */
export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  add: binary(0x6a),
  shiftLeft: (value: Code, bits: number): Code => [...value, ...i32.const(bits), 0x74],
  load: (address: Code, offset = 0): Code => [...address, 0x28, 0, ...unsigned(offset)],
};

/** Vectors of 128 bits: memory, bits, lanes. Names follow the WebAssembly specification. */
export const v128 = {
  load: memory(0x00),
  /** Eight bytes as eight 16-bit lanes. */
  load8x8Unsigned: memory(0x02),
  load32Splat: memory(0x09),
  load64Splat: memory(0x0a),
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...simd(0x0b),
    0,
    ...unsigned(offset),
  ],
  storeLow32: (address: Code, value: Code): Code => [...address, ...value, ...simd(0x5a), 0, 0, 0],
  storeLow64: (address: Code, value: Code): Code => [...address, ...value, ...simd(0x5b), 0, 0, 0],
  and: binary(...simd(0x4e)),
  andNot: binary(...simd(0x4f)),
  or: binary(...simd(0x50)),
  xor: binary(...simd(0x51)),
  /** Bits of `yes` where `mask` is 1, of `no` elsewhere. */
  bitselect: (yes: Code, no: Code, mask: Code): Code => [...yes, ...no, ...mask, ...simd(0x52)],
  /** Four single-precision lanes. */
  f32x4: {
    splat: (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer), ...simd(0x13)],
    lessThan: binary(...simd(0x43)),
    abs: (value: Code): Code => [...value, ...simd(0xe0)],
    min: binary(...simd(0xe8)),
    max: binary(...simd(0xe9)),
    add: binary(...simd(0xe4)),
    sub: binary(...simd(0xe5)),
    mul: binary(...simd(0xe6)),
  },
  /** Two double-precision lanes. */
  f64x2: {
    add: binary(...simd(0xf0)),
    sub: binary(...simd(0xf1)),
    mul: binary(...simd(0xf2)),
  },
  i32x4: {
    splat: (value: Code): Code => [...value, ...simd(0x11)],
    sub: binary(...simd(0xb1)),
  },
  i16x8: {
    splat: (value: Code): Code => [...value, ...simd(0x10)],
    lessThanUnsigned: binary(...simd(0x30)),
    narrowI32x4Unsigned: binary(...simd(0x86)),
    shiftLeft: (value: Code, bits: number): Code => [...value, ...i32.const(bits), ...simd(0x8b)],
    shiftRightSigned: (value: Code, bits: number): Code => [...value, ...i32.const(bits), ...simd(0x8c)],
    maxUnsigned: binary(...simd(0x99)),
  },
  i8x16: { narrowI16x8Unsigned: binary(...simd(0x66)) },
};

/** A function in the making: parameters are `i32`, there is no result. */
class FunctionBuilder {
  readonly parameters: readonly Local[];
  readonly #count: number;
  readonly #locals: number[] = [];
  readonly #code: number[] = [];

  constructor(parameters: number) {
    this.#count = parameters;
    this.parameters = Array.from({ length: parameters }, (_, index) => localAt(index));
  }

  local(type: ValueType): Local {
    this.#locals.push(types[type]);
    return localAt(this.#count + this.#locals.length - 1);
  }

  emit(...code: Code[]): void {
    for (const part of code) this.#code.push(...part);
  }

  /** A new local with a value, for values that are used more than once. */
  let(value: Code): Code {
    const local = this.local("v128");
    this.emit(local.set(value));
    return local.get;
  }

  /** Repeats `body` until `counter` is `end` or more (unsigned); the counter grows by `step`. */
  repeat(counter: Local, end: Local, step: number, body: () => void): void {
    this.emit([0x02, 0x40, 0x03, 0x40], counter.get, end.get, [0x4f, 0x0d, 1]);
    body();
    this.emit(counter.set(i32.add(counter.get, i32.const(step))), [0x0c, 0, 0x0b, 0x0b]);
  }

  encode(): number[] {
    const locals = this.#locals.flatMap((type) => [1, type]);
    const body = [...unsigned(this.#locals.length), ...locals, ...this.#code, 0x0b];
    return [...unsigned(body.length), ...body];
  }
}

function localAt(index: number): Local {
  const at = unsigned(index);
  return { get: [0x20, ...at], set: (value) => [...value, 0x21, ...at] };
}

/** Writes the body of a function. */
export type FunctionBody = (build: FunctionBuilder, ...parameters: Local[]) => void;

/**
 * Encodes a WebAssembly module that imports its memory as `kernel.memory` and exports one function for each body, with
 * as many `i32` parameters as it takes after the builder.
 *
 * A whole compiler would be a large dependency for a few loops without branches; this is what they need of the binary
 * format (WebAssembly Core Specification 2.0, chapter 5).
 */
export function assemble(functions: Readonly<Record<string, FunctionBody>>): Uint8Array<ArrayBuffer> {
  const names = Object.keys(functions);
  const built = Object.values(functions).map((body) => {
    const build = new FunctionBuilder(body.length - 1);
    body(build, ...build.parameters);
    return build;
  });
  const signatures = built.map(({ parameters }) => [0x60, ...vector(parameters.map(() => [types.i32])), 0]);
  const memoryImport = [...text("kernel"), ...text("memory"), 0x02, 0x00, 0x00];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(signatures)),
    ...section(2, vector([memoryImport])),
    ...section(3, vector(names.map((_, index) => unsigned(index)))),
    ...section(7, vector(names.map((name, index) => [...text(name), 0x00, ...unsigned(index)]))),
    ...section(10, vector(built.map((build) => build.encode()))),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): number[] {
  return vector([...new TextEncoder().encode(value)].map((byte) => [byte]));
}
