import { copyFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { copyPackage, find } from "./copy-package.ts";

/** The functions, and whether they read images and run detectors behind the rules of governance. */
export const functions = {
  api: { images: true, detectors: true },
  worker: { images: true, detectors: true },
  preprocess: { images: true, detectors: false },
  privacy: { images: true, detectors: true },
} as const;
export type FunctionName = keyof typeof functions;
export const functionNames: readonly FunctionName[] = ["api", "worker", "preprocess", "privacy"];

/** Where a function's folder is, to be zipped as it stands. */
export const folderOf = (name: FunctionName, target: string) => join(target, name);

/** Native code and WebAssembly stay files of their packages. */
const external = ["sharp", "onnxruntime-node", "@contentauth/c2pa-wasm", "@node-rs/argon2"];
/** From source inside this workspace's tests, else from the installed packages. */
const conditions = process.execArgv.includes("--conditions=artguard-source") ? ["artguard-source"] : [];
/** Packages in CommonJS ask for Node's modules this way. */
const banner = {
  js: 'import { createRequire as nodeRequire } from "node:module"; const require = nodeRequire(import.meta.url);',
};

/**
 * Bundles each function into a folder of its own: `index.mjs`, and in `node_modules` what must stay a file: the image
 * library, the program of the decoding child process, and the detectors that this one loads.
 *
 * @returns the bytes of each folder.
 */
export async function bundleFunctions(target: string): Promise<Record<FunctionName, number>> {
  await rm(target, { recursive: true, force: true });
  const sizes = { api: 0, worker: 0, preprocess: 0, privacy: 0 };
  for (const name of functionNames) {
    const folder = folderOf(name, target);
    await bundle(`./functions/${name}.ts`, join(folder, "index.mjs"));
    if (functions[name].images) await addImageDecoding(folder);
    if (functions[name].detectors) await addDetectors(folder);
    sizes[name] = await bytesIn(folder);
  }
  return sizes;
}

/** @param entry A file of this example, or an export of a package. */
async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    target: "node22",
    format: "esm",
    mainFields: ["module", "main"],
    legalComments: "none",
    logLevel: "error",
    external,
    conditions,
    banner,
  });
}

async function addImageDecoding(folder: string): Promise<void> {
  const modules = join(folder, "node_modules");
  await copyPackage("sharp", modules);
  await addOwn("@artguard/core", "isolated-child", modules);
}

async function addDetectors(folder: string): Promise<void> {
  const modules = join(folder, "node_modules");
  await addOwn("@artguard/forensics", ".", modules);
  await copyPackage("@contentauth/c2pa-wasm", modules);
  await copyPackage("@node-rs/argon2", modules);
  const [runtime, detectors] = [await installed("onnxruntime-web"), await installed("@artguard/forensics")];
  const networksOf = (room: string) => join(detectors, conditions.length > 0 ? `src/${room}` : "dist");
  for (const file of [
    join(runtime, "dist/ort-wasm-simd-threaded.wasm"),
    join(runtime, "dist/ort-wasm-simd-threaded.mjs"),
    join(networksOf("learned"), "forgery-features.onnx"),
    join(networksOf("learned"), "forgery-comparison.onnx"),
    join(networksOf("synthetic-image"), "generator-network.onnx"),
  ])
    await copyFile(file, join(modules, "@artguard/forensics", basename(file)));
}

/** One of our packages with the one export that is asked for by its name when the function runs. */
async function addOwn(name: string, path: string, modules: string): Promise<void> {
  const home = join(modules, name);
  await bundle(join(name, path), join(home, "index.mjs"));
  const exports = { [path === "." ? path : `./${path}`]: "./index.mjs" };
  await writeFile(join(home, "package.json"), JSON.stringify({ name, version: "0.0.0", type: "module", exports }));
}

async function installed(name: string): Promise<string> {
  const folder = await find(name, import.meta.dirname);
  if (folder === undefined) throw new Error(`${name} is not installed`);
  return folder;
}

async function bytesIn(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = files
    .filter((file) => file.isFile())
    .map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
