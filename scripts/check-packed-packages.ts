// Installs the packed packages into empty projects, as a stranger would, and uses them there: `npm run check:packages`,
// after `pnpm build`. Every public entry point by `import`, by `require` and by TypeScript; a real analysis; and what happens
// while the optional packages beside them are missing.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { entryPoints } from "./examples/public-symbols.ts";
import { packPackages } from "./pack-packages.ts";

const root = resolve(import.meta.dirname, "..");
/** The oldest compiler that knows typed arrays by their buffers, as our declarations and those of Hono have them; ours; the newest. */
const compilers = { oldest: "5.7.2", ours: "6.0.3", newest: "7.0.2" };
/** What lies beside the packages only when somebody installs it, and the entry points that cannot do without. */
const missing: Readonly<Record<string, string>> = {
  "@artguard/core/bedrock": "@aws-sdk/client-bedrock-runtime",
  "@artguard/core/dynamodb": "@aws-sdk/client-dynamodb",
  "@artguard/core/s3": "@aws-sdk/client-s3",
  "@artguard/core/sqs": "@aws-sdk/client-sqs",
  "@artguard/governance/cognito": "@aws-sdk/client-cognito-identity-provider",
  "@artguard/governance/kms": "@aws-sdk/client-kms",
};

interface Outcome {
  readonly exports?: number;
  readonly problem?: string;
  readonly code?: string;
}

let checks = 0;
const started = Date.now();
const folder = mkdtempSync(join(tmpdir(), "artguard-packed-"));
try {
  const tarballs = await packPackages(join(folder, "tarballs"));
  const { "@artguard/cli": _, ...libraries } = tarballs;
  say(`packed ${Object.keys(tarballs).length} packages`);
  await withoutHono(libraries);
  await whole(libraries);
  console.log(`${checks} checks passed in ${Math.round((Date.now() - started) / 1000)} s`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Core and lambda alone: the handlers that need no HTTP work, the one for HTTP says what it lacks. */
async function withoutHono(tarballs: Readonly<Record<string, string>>): Promise<void> {
  const alone = Object.fromEntries(Object.entries(tarballs).filter(([name]) => /core|lambda/.test(name)));
  const project = await install("lambda-alone", alone);
  const outcomes = await load(project, ["@artguard/core", "@artguard/lambda", "@artguard/lambda/http"]);
  expectMissing(outcomes, { "@artguard/lambda/http": "hono" });
}

/** All libraries, first with nothing beside them. */
async function whole(tarballs: Readonly<Record<string, string>>): Promise<void> {
  const names = entryPoints(root).map(({ specifier }) => specifier);
  const project = await install("whole", tarballs);
  expectMissing(await load(project, names), missing);
  for (const file of ["use.mjs", "use.cjs"]) {
    const { stdout } = await run("node", [file], project);
    pass(`${file}: ${stdout.trim()}`);
  }

  const beside = { ...optionalPackages(), ...compilerPackages(), "@types/node": "^24" };
  // onnxruntime-node would fetch libraries for graphics cards.
  await install("whole", { ...tarballs, ...beside }, ["--ignore-scripts"]);
  expectMissing(await load(project, names), {});
  writeFileSync(join(project, "every.ts"), names.map((name, i) => `export * as m${i} from "${name}";\n`).join(""));
  for (const [which, version] of Object.entries(compilers)) await compile(project, which, version);
}

/** With the types of the packages themselves: nothing is skipped. */
async function compile(project: string, which: string, version: string): Promise<void> {
  for (const [module, moduleResolution] of [
    ["Node16", "Node16"],
    ["ESNext", "Bundler"],
  ] as const) {
    const compilerOptions = {
      module,
      moduleResolution,
      strict: true,
      noEmit: true,
      target: "ES2022",
      types: ["node"],
      lib: ["ES2023", "ESNext.Disposable"],
      skipLibCheck: false,
    };
    const file = join(project, `tsconfig.${which}.${moduleResolution}.json`);
    writeFileSync(file, JSON.stringify({ compilerOptions, files: ["use.ts", "every.ts"] }));
    await run("node", [join("node_modules", `typescript-${which}`, "bin", "tsc"), "-p", file], project);
    pass(`TypeScript ${version}, moduleResolution ${moduleResolution}`);
  }
}

async function install(
  name: string,
  dependencies: Readonly<Record<string, string>>,
  options: readonly string[] = [],
): Promise<string> {
  const project = join(folder, name);
  mkdirSync(project, { recursive: true });
  cpSync(join(root, "scripts/packed"), project, { recursive: true });
  cpSync(join(project, "use.ts.txt"), join(project, "use.ts"));
  writeFileSync(join(project, "package.json"), JSON.stringify({ name, private: true, type: "module", dependencies }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...options], project);
  say(`installed ${Object.keys(dependencies).length} packages into ${name}`);
  return project;
}

async function load(project: string, names: readonly string[]): Promise<Record<string, Outcome>> {
  const { stdout } = await run("node", ["--disable-warning=ExperimentalWarning", "load.mjs", ...names], project);
  return JSON.parse(stdout);
}

/** That all entry points can be loaded, except those named, whose error names the package to install. */
function expectMissing(outcomes: Readonly<Record<string, Outcome>>, absent: Readonly<Record<string, string>>): void {
  for (const [name, { exports, problem = "", code }] of Object.entries(outcomes)) {
    const needed = absent[name];
    if (needed === undefined) {
      assert.equal(problem, "", `${name}: ${problem}`);
      assert.ok(exports, `${name} exports nothing`);
      pass(`${name}: import and require, ${exports} exports`);
    } else {
      assert.equal(code, "ERR_MODULE_NOT_FOUND", `${name}: ${problem}`);
      assert.ok(problem.includes(`'${needed}'`), `${name} does not name ${needed}: ${problem}`);
      pass(`${name}: asks for ${needed}`);
    }
  }
}

/** The optional peers of all packages, with the versions that their manifests ask for. */
function optionalPackages(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { file } of entryPoints(root)) {
    const manifest: { peerDependencies?: Record<string, string> } = JSON.parse(readFileSync(manifestOf(file), "utf8"));
    Object.assign(found, manifest.peerDependencies);
  }
  return found;
}

function manifestOf(file: string): string {
  return join(file.slice(0, file.lastIndexOf("/src/")), "package.json");
}

function compilerPackages(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(compilers).map(([which, version]) => [`typescript-${which}`, `npm:typescript@${version}`]),
  );
}

async function run(command: string, args: readonly string[], cwd: string): Promise<{ stdout: string }> {
  // The condition of the workspace would look for sources that are not packed.
  const { NODE_OPTIONS: _, ...env } = process.env;
  try {
    return await promisify(execFile)(command, args, { cwd, env, maxBuffer: 1 << 26, timeout: 170_000 });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(" ")} failed\n${stdout}${stderr}`);
  }
}

function pass(what: string): void {
  checks++;
  console.log(`✓ ${what}`);
}

function say(what: string): void {
  console.log(`  ${what} (${Math.round((Date.now() - started) / 1000)} s)`);
}
