// Packs what would be published, as it would be published: `npm run pack:packages -- DIR`, after `pnpm build`.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What this script reads of a package.json. */
interface Manifest {
  readonly name: string;
  readonly private?: boolean;
}

/**
 * Packs every package that is published.
 *
 * @param destination Folder of the tarballs; made when it is not there.
 * @returns the path of the tarball of every package, by the package's name.
 * @throws Error for a package that is not built.
 */
export async function packPackages(destination: string): Promise<Record<string, string>> {
  mkdirSync(destination, { recursive: true });
  const tarballs: Record<string, string> = {};
  for (const { folder, name } of publishedPackages()) {
    if (!existsSync(join(folder, "dist"))) throw new Error(`${name} has no dist: run \`npx pnpm build\` first`);
    const args = ["pack", "--json", "--pack-destination", resolve(destination)];
    const { stdout } = await promisify(execFile)("pnpm", args, { cwd: folder });
    const { filename } = JSON.parse(stdout) as { filename: string };
    tarballs[name] = resolve(destination, filename);
  }
  return tarballs;
}

function publishedPackages() {
  return ["packages", "adapters"]
    .flatMap((rooms) => readdirSync(join(root, rooms)).map((name) => join(root, rooms, name)))
    .flatMap((folder) => {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
      return manifest.private ? [] : [{ folder, name: manifest.name }];
    });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [destination] = process.argv.slice(2);
  if (destination === undefined) throw new Error("name the folder of the tarballs");
  console.log(JSON.stringify(await packPackages(destination), null, 2));
}
