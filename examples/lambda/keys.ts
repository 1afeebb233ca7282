// Prints the keys of a new installation for its secret: pnpm --silent keys example.org/artguard-audit
// The name is that of the audit log, a URL without scheme.
import { newKeys } from "./new-keys.ts";

process.stdout.write(`${JSON.stringify(newKeys(process.argv[2] ?? "artguard.example/audit"))}\n`);
