import { assemble, type FunctionBody, v128 } from "./assembler.ts";

/** Functions of a compiled kernel and the memory they work on. */
export interface Kernel<Name extends string> {
  readonly run: Readonly<Record<Name, (...parameters: number[]) => void>>;
  readonly memory: ArrayBuffer;
}

/** The part of the WebAssembly interface that is used here; TypeScript declares it for browsers alone. */
interface WebAssemblyInterface {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

/** Undefined where it is forbidden (`node --jitless`). */
const { WebAssembly: engine } = globalThis as unknown as { readonly WebAssembly?: WebAssemblyInterface };

/** Bytes of a page of WebAssembly memory. */
const page = 65_536;

/** The least that uses a vector. */
const probe = assemble({
  copy: (build, address) => build.emit(v128.store(address!.get, v128.load(address!.get))),
});

/** Whether this machine runs kernels; where it does not, the plain versions must do. */
export const hasKernels: boolean = engine?.validate(probe) ?? false;

/** Functions for vectors of numbers, compiled when they are first needed. Only where {@link hasKernels}. */
export class KernelModule<Name extends string> {
  readonly #functions: Readonly<Record<Name, FunctionBody>>;
  #compiled: object | undefined;

  constructor(functions: Readonly<Record<Name, FunctionBody>>) {
    this.#functions = functions;
  }

  /** The functions with `bytes` of memory of their own. */
  instantiate(bytes: number): Kernel<Name> {
    const { Module, Memory, Instance } = engine!;
    this.#compiled ??= new Module(assemble(this.#functions));
    const memory = new Memory({ initial: Math.ceil(bytes / page) });
    const { exports } = new Instance(this.#compiled, { kernel: { memory } });
    return { run: exports as Kernel<Name>["run"], memory: memory.buffer };
  }
}
