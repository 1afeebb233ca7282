import { assemble, type FunctionBody } from "./assembler.ts";

/** Functions of a compiled kernel and the memory they work on. */
export interface Kernel<Name extends string> {
  readonly run: Readonly<Record<Name, (...parameters: number[]) => void>>;
  readonly memory: ArrayBuffer;
}

/** The part of the WebAssembly interface that is used here; TypeScript declares it for browsers alone. */
interface WebAssemblyInterface {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface };

/** Bytes of a page of WebAssembly memory. */
const page = 65_536;

/**
 * Compiles kernels once and gives them memory of their own at each call.
 *
 * @returns What makes an instance with `bytes` of memory; undefined where WebAssembly with SIMD is missing or forbidden
 * (`node --jitless`), where the plain version must do.
 */
export function compileKernel<Name extends string>(
  functions: Readonly<Record<Name, FunctionBody>>,
): ((bytes: number) => Kernel<Name>) | undefined {
  try {
    const module = new WebAssembly.Module(assemble(functions));
    return (bytes) => {
      const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / page) });
      const { exports } = new WebAssembly.Instance(module, { kernel: { memory } });
      return { run: exports as unknown as Kernel<Name>["run"], memory: memory.buffer };
    };
  } catch {
    return undefined;
  }
}
