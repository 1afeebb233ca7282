// Writes docs/cli.md from the declarations of the commands: `npm run make:cli-page`.
import { writeFileSync } from "node:fs";
import { commandPage } from "../adapters/cli/src/command-line/command-page.ts";
import { commands } from "../adapters/cli/src/command-line/program.ts";

writeFileSync(new URL("../docs/cli.md", import.meta.url), commandPage(commands));
