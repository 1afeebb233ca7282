// Writes the table of settings into docs/configuration.md: `npm run make:configuration`.
import { readFileSync, writeFileSync } from "node:fs";
import { describeSettings } from "../packages/core/src/configuration/describe-settings.ts";

const page = new URL("../docs/configuration.md", import.meta.url);
const [before, after] = readFileSync(page, "utf8").split(/(?<=<!-- settings -->\n)[\s\S]*(?=<!-- end -->)/);
writeFileSync(page, `${before}\n${describeSettings()}\n\n${after}`);
