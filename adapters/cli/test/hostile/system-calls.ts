import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** What a process and its children asked the operating system for. */
export interface SystemCalls {
  /** Every path that was opened, looked at or changed, made absolute; and what an opened one really was. */
  readonly paths: ReadonlySet<string>;
  /** Every address that was connected to or sent to, as strace prints it. */
  readonly connections: readonly string[];
}

const calls = "trace=%file,connect,sendto,sendmsg,sendmmsg";

/** Whether programs can be watched here. @throws Error where they must be. */
export function canWatch(): boolean {
  if (process.platform === "linux" && spawnSync("strace", ["-V"], { stdio: "ignore" }).status === 0) return true;
  if (process.env["CI"] === "true") throw new Error("hostile references are watched with Linux and strace");
  process.stderr.write("SKIPPED the watch over hostile references: no strace on PATH\n");
  return false;
}

/** Starts a Node program of the sources with every call of it and of its children written to `trace`, in a group of its own. */
export function startWatched(trace: string, args: readonly string[], cwd: string): ChildProcess {
  const watch = ["-f", "-y", "-qq", "-s", "9000", "-e", calls, "-e", "signal=none", "-o", trace];
  const own = ["--conditions=artguard-source", "--disable-warning=ExperimentalWarning"];
  // What asks the kernel by a ring of its own would not be seen.
  const often = "1000000";
  const limits = { ARTGUARD_HTTP_PER_CALLER_PER_MINUTE: often, ARTGUARD_HTTP_PER_ADDRESS_PER_MINUTE: often };
  const env = { ...process.env, ...limits, UV_USE_IO_URING: "0" };
  return spawn("strace", [...watch, process.execPath, ...own, ...args], { stdio: "pipe", cwd, env, detached: true });
}

/** Reads what {@link startWatched} wrote. */
export function readCalls(trace: string, cwd: string): SystemCalls {
  const paths = new Set<string>();
  const connections: string[] = [];
  for (const line of readFileSync(trace, "latin1").split("\n")) {
    const call = line.replace(/^\d+ +/, "");
    if (/^(connect|sendto|sendmsg|sendmmsg)\(/.test(call)) {
      const address = /sa_family=AF_(?!UNSPEC|NETLINK)[^}]*/.exec(call)?.[0];
      if (address) connections.push(address);
      continue;
    }
    for (const path of pathsIn(call, cwd)) paths.add(path);
  }
  return { paths, connections };
}

/** `name(DIRFD</folder>, "path", …) = 3</real/path>`, also of a call that strace cut in two. */
function pathsIn(call: string, cwd: string): string[] {
  const opened = /\)\s+= \d+<(\/[^>]*)>/.exec(call)?.[1];
  // Of a call that goes on, what is quoted is an answer.
  if (call.startsWith("<...")) return opened === undefined ? [] : [unescaped(opened)];
  const named = [...call.matchAll(/(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"/g)]
    .filter(([, , text = ""]) => text !== "")
    .slice(0, /^(rename|link|symlink)/.test(call) ? 2 : 1)
    .map(([, folder = cwd, text = ""]) => resolve(unescaped(folder), unescaped(text)));
  return opened === undefined ? named : [...named, unescaped(opened)];
}

/** Strings of C, byte by byte. */
function unescaped(text: string): string {
  const letters: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", v: "\v", f: "\f" };
  const bytes = text.replace(/\\(?:([0-7]{1,3})|x([0-9a-f]{2})|(.))/g, (_, octal, hex, letter) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return hex === undefined ? (letters[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16));
  });
  return Buffer.from(bytes, "latin1").toString("utf8");
}

const repository = fileURLToPath(new URL("../../../../", import.meta.url)).replace(/\/$/, "");
/** The program, Node, and the libraries of the system. */
const installation = [
  repository,
  resolve(process.execPath, "../.."),
  "/lib",
  "/lib64",
  "/usr/lib",
  "/usr/lib64",
  "/sys/devices/system",
];

/**
 * Paths that are neither below one of the folders nor of the installation, and that the same program does not ask for
 * without hostile input, either. Folders on the way may be looked at.
 */
export function pathsOutside({ paths }: SystemCalls, friendly: SystemCalls, folders: readonly string[]): string[] {
  const usual = new Set([...friendly.paths].map(withoutPid));
  const isAllowed = (path: string) =>
    usual.has(withoutPid(path)) ||
    [...installation, ...folders].some((root) => isWithin(path, root) || isWithin(root, path));
  return [...paths].filter((path) => !isAllowed(path)).sort();
}

/** Each process has names of its own for itself. */
function withoutPid(path: string): string {
  return path.replace(/^\/proc\/\d+\//, "/proc/self/").replace(/^(\/proc\/self\/task)\/\d+/, "$1/self");
}

function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(root === "/" ? root : `${root}/`);
}
