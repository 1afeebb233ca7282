import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bashCompletion } from "../src/command-line/completion/bash.ts";
import { fishCompletion } from "../src/command-line/completion/fish.ts";
import { zshCompletion } from "../src/command-line/completion/zsh.ts";
import { commands } from "../src/command-line/program.ts";

/** What a terminal of zsh reads first; the command itself says how it was called. */
const zshTerminal = `PS1=; cd \${0:h}; fpath=(\${0:h} $fpath)
autoload -Uz compinit; compinit -u -D; LISTMAX=1000
artguard() { print -r -- "ran:$*:" }
print ready
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "artguard-completion-"));
  mkdirSync(join(folder, "inside"));
  writeFileSync(join(folder, "old map.png"), "");
  writeFileSync(join(folder, "artguard.bash"), bashCompletion(commands));
  writeFileSync(join(folder, "_artguard"), zshCompletion(commands));
  writeFileSync(join(folder, "terminal.zsh"), zshTerminal);
  writeFileSync(join(folder, "artguard.fish"), fishCompletion(commands));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What bash offers for the last word of a line. */
function inBash(line: string): string[] {
  const script = `source artguard.bash
line=$1; COMP_WORDS=($line); [ "\${line: -1}" = " " ] && COMP_WORDS+=("")
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMP_LINE=$line; COMP_POINT=\${#line}
_artguard; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return lines(execFileSync("bash", ["--norc", "-c", script, "bash", line], { cwd: folder, encoding: "utf8" }));
}

function inFish(line: string): string[] {
  const script = `source artguard.fish; complete -C ${JSON.stringify(line)}`;
  const env = { ...process.env, HOME: folder };
  const offered = execFileSync("fish", ["--no-config", "-c", script], { cwd: folder, encoding: "utf8", env });
  return lines(offered).map((each) => each.split("\t")[0] ?? "");
}

/** A terminal in which zsh is typed to; what it shows after a tabulator, and what it then runs. */
function inZsh(line: string): { shown: string; ran: string | undefined } {
  const script = `zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "source $2/terminal.zsh"
zpty -r -m z out '*ready*'
zpty -w -n z "$1"$'\\t'
sleep 1
zpty -w -n z $'\\r'
zpty -r -m z out '*ran:*:*'
print -r -- $out`;
  const args = ["-f", "-c", script, "zsh", line, folder];
  const { stdout } = spawnSync("zsh", args, { encoding: "utf8", timeout: 30_000 });
  return { shown: stdout, ran: /ran:(.*?) ?:/.exec(stdout)?.[1] };
}

function lines(text: string): string[] {
  return text.split("\n").filter((each) => each !== "");
}

/** Why a shell cannot be tested here; printed, and an error on CI, where it has to be there. */
function missing(shell: string): boolean {
  if (spawnSync(shell, ["--version"]).status === 0) return false;
  if (process.env["CI"] === "true") throw new Error(`${shell} is not installed`);
  process.stderr.write(`skipped: ${shell} is not installed\n`);
  return true;
}

describe("the completions for bash", () => {
  it.each([
    ["artguard sc", ["scan"]],
    ["artguard users s", ["show", "set-password"]],
    ["artguard help key", ["keys"]],
    ["artguard scan --fail-on L", ["LIKELY_FORGED"]],
    ["artguard scan --heat", ["--heatmaps"]],
    ["artguard scan old", ["old map.png"]],
    ["artguard scan --report i", ["inside"]],
    ["artguard scan --report old", []],
    ["artguard train upload --label a", ["authentic"]],
    ["artguard completion f", ["fish"]],
    ["artguard history --limit ", []],
    ["artguard nothing ", []],
  ])("offers for %j %j", (line, offered) => {
    expect(inBash(line)).toEqual(offered);
  });

  it("offers every command and every option", () => {
    const first = new Set(commands.map(({ name }) => name.split(" ")[0]!));
    expect(inBash("artguard ")).toEqual([...first, "--help", "--version"]);
    for (const { name, options } of commands) {
      expect(inBash(`artguard ${name} --`)).toEqual(
        [...Object.keys(options), "json", "help"].map((each) => `--${each}`),
      );
    }
  });
});

describe.skipIf(missing("fish"))("the completions for fish", () => {
  it.each([
    ["artguard sc", ["scan"]],
    ["artguard users s", ["set-password", "show"]],
    ["artguard scan --fail-on L", ["LIKELY_FORGED"]],
    ["artguard scan --heat", ["--heatmaps"]],
    ["artguard scan --report i", ["inside/"]],
    ["artguard knowledge search --language e", ["en", "es"]],
    ["artguard completion f", ["fish"]],
    ["artguard history --limit ", []],
  ])("offer for %j %j", (line, offered) => {
    expect(inFish(line).toSorted()).toEqual(offered);
  });

  it("offer the options of a command, not those of another", () => {
    const offered = inFish("artguard users create --");
    expect(offered).toContain("--email");
    expect(offered).not.toContain("--heatmaps");
  });
});

describe.skipIf(missing("zsh"))("the completions for zsh", () => {
  it("offer commands, second words, options and their words", () => {
    expect(inZsh("artguard users ").shown).toMatch(/end-sessions.*log a user out everywhere/);
    expect(inZsh("artguard scan --hea").ran).toBe("scan --heatmaps");
    expect(inZsh("artguard scan --fail-on L").ran).toBe("scan --fail-on LIKELY_FORGED");
    expect(inZsh("artguard train upload --dataset-path ins").ran).toBe("train upload --dataset-path inside");
    expect(inZsh("artguard scan ol").ran).toBe("scan old map.png");
  });
});
