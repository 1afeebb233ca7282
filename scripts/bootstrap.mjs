// One command on a machine with nothing but Node >= 18 and npm: fetches the Node and pnpm this workspace needs,
// installs and builds what changed, then runs. Written in plain JavaScript without dependencies for that reason.
//
//   node scripts/bootstrap.mjs start [scan arguments]   the CLI on the given paths, or on the bundled examples
//   node scripts/bootstrap.mjs test [vitest arguments]  the tests, from source
//   node scripts/bootstrap.mjs artguard [arguments]     any command of the CLI, from source
//   node scripts/bootstrap.mjs run <file.ts> [arguments] a workspace script, from source
//   node scripts/bootstrap.mjs exec <tool> [arguments]  tsc, biome, … with the right Node on PATH
//   node scripts/bootstrap.mjs pnpm [arguments]         pnpm itself
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const nodeVersion = "24.21.0";
const pnpmVersion = "10.34.9";
const oldestNode = [22, 18];
// npm runs scripts in the package folder and tells where its caller stands.
const callerFolder = process.env.INIT_CWD ?? process.cwd();
const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const tools = join(root, ".tools");
const packageFolders = ["packages", "adapters", "examples"];

class StepFailure extends Error {
  constructor(step, advice) {
    super(`artguard: the step "${step}" failed. ${advice}`);
  }
}

function say(text) {
  process.stderr.write(`artguard: ${text}\n`);
}

function isSupported(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
}

/** Runs a command with its output on standard error, so that standard output stays the program's own. */
function runStep(step, advice, command, args, env = process.env) {
  const result = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32" && command === "npm",
  });
  if (result.status !== 0) throw new StepFailure(step, result.error ? `${advice} (${result.error.message})` : advice);
}

/** Paths of Node and pnpm, fetched into .tools when this machine lacks them. */
function ensureTools() {
  const ownNode = isSupported(process.versions.node);
  const nodePackage = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const node = ownNode
    ? process.execPath
    : join(tools, "node_modules", nodePackage, "bin", process.platform === "win32" ? "node.exe" : "node");
  const pnpm = join(tools, "node_modules", "pnpm", "bin", "pnpm.cjs");
  const packages = [
    ...(existsSync(node) ? [] : [`${nodePackage}@${nodeVersion}`]),
    ...(existsSync(pnpm) ? [] : [`pnpm@${pnpmVersion}`]),
  ];
  if (packages.length > 0) {
    // npm removes what it is not asked for again: name everything that shall stay.
    const wanted = [...(ownNode ? [] : [`${nodePackage}@${nodeVersion}`]), `pnpm@${pnpmVersion}`];
    say(`fetching ${packages.join(" and ")} …`);
    mkdirSync(tools, { recursive: true });
    const advice = "Check that npm works and reaches a registry, or install Node 24 and run again.";
    const args = ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", tools, ...wanted];
    runStep("fetch tools", advice, "npm", args);
  }
  return { node, pnpm };
}

function environment({ node }) {
  const path = [dirname(node), join(tools, "node_modules", ".bin"), join(root, "node_modules", ".bin")];
  // What npm tells its scripts about itself would change what pnpm does.
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  return { ...Object.fromEntries(kept), PATH: [...path, process.env.PATH].join(delimiter) };
}

function workspacePackages() {
  return packageFolders
    .map((folder) => join(root, folder))
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((folder) => existsSync(join(folder, "package.json")));
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  // Node 18.0 knows no recursive listing.
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return entry.isFile() ? [path] : [];
  });
}

function digest(files) {
  const hash = createHash("sha256").update(process.platform + process.arch);
  for (const file of files.sort()) hash.update(relative(root, file)).update(readFileSync(file));
  return hash.digest("hex");
}

/** Runs `action` unless it succeeded before on the same files. */
function once(name, files, action) {
  const stamp = join(tools, `${name}.stamp`);
  const current = digest(files);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === current) return;
  action();
  mkdirSync(tools, { recursive: true });
  writeFileSync(stamp, current);
}

function install({ node, pnpm }, env) {
  const manifests = workspacePackages().map((folder) => join(folder, "package.json"));
  const files = ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"].map((name) => join(root, name));
  if (!existsSync(join(root, "node_modules"))) rmSync(join(tools, "install.stamp"), { force: true });
  once("install", [...files, ...manifests], () => {
    say("installing dependencies (frozen lockfile) …");
    const advice = "Check the connection to your npm registry and run the same command again.";
    runStep("install", advice, node, [pnpm, "install", "--frozen-lockfile"], env);
  });
}

function build({ node, pnpm }, env) {
  const published = ["packages/core", "packages/forensics", "adapters/cli"].map((folder) => join(root, folder));
  const sources = published.flatMap((folder) => [
    ...filesUnder(join(folder, "src")),
    join(folder, "package.json"),
    join(folder, "tsup.config.ts"),
  ]);
  if (!published.every((folder) => existsSync(join(folder, "dist"))))
    rmSync(join(tools, "build.stamp"), { force: true });
  once("build", sources, () => {
    say("building …");
    const filters = published.flatMap((folder) => ["--filter", `./${relative(root, folder)}`]);
    const advice = "Run `npx pnpm build` for the whole output.";
    runStep("build", advice, node, [pnpm, "-r", ...filters, "run", "build", "--no-dts"], env);
  });
}

/** Whether the process that wrote a lock is still there; one that was interrupted leaves its lock behind. */
function isHeld(lock) {
  try {
    process.kill(Number(readFileSync(lock, "utf8")) || process.pid, 0);
    return true;
  } catch (error) {
    // ENOENT: it was released just now.
    return error.code === "EPERM" || error.code === "ENOENT";
  }
}

/** Only one process at a time may change .tools, node_modules and dist. */
function withLock(action) {
  const lock = join(tools, "bootstrap.lock");
  mkdirSync(tools, { recursive: true });
  for (let announced = false; ; ) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (!isHeld(lock)) rmSync(lock, { recursive: true, force: true });
      else if (!announced) {
        say("waiting for another run to finish its set-up …");
        announced = true;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    return action();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Replaces this process as far as Node can: same streams, same signals, same exit code. */
function become(command, args, env, cwd) {
  const child = spawn(command, args, { cwd, env, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    say(`${command} could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => (signal ? process.kill(process.pid, signal) : process.exit(code ?? 1)));
}

function main([command, ...args]) {
  const start = {
    start: startCommand,
    artguard: artguardCommand,
    test: testCommand,
    run: runCommand,
    exec: execCommand,
    pnpm: pnpmCommand,
  }[command];
  if (!start) throw new StepFailure("arguments", "Expected start, artguard, test, run, exec or pnpm.");
  const paths = withLock(() => {
    const found = ensureTools();
    const env = environment(found);
    install(found, env);
    if (command === "start") build(found, env);
    return { ...found, env };
  });
  start(paths, args);
}

const fromSource = ["--conditions=artguard-source", "--disable-warning=ExperimentalWarning"];

function startCommand({ node, env }, args) {
  const bundled = [relative(callerFolder, join(root, "examples", "images")), "--report", "artguard-report"];
  const scan = args.length > 0 ? args : bundled;
  become(node, [join(root, "adapters", "cli", "dist", "main.js"), "scan", ...scan], env, callerFolder);
}

function artguardCommand({ node, env }, args) {
  const main = join(root, "adapters", "cli", "src", "main.ts");
  become(node, [...fromSource, main, ...args], env, callerFolder);
}

function testCommand({ node, env }, args) {
  become(node, [join(root, "node_modules", "vitest", "vitest.mjs"), "run", ...args], env, root);
}

function runCommand({ node, env }, [file, ...args]) {
  become(node, [...fromSource, resolve(root, file), ...args], env, root);
}

function execCommand({ node, pnpm, env }, args) {
  become(node, [pnpm, "exec", ...args], env, root);
}

function pnpmCommand({ node, pnpm, env }, args) {
  become(node, [pnpm, ...args], env, root);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StepFailure)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
