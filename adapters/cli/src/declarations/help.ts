import { declareCommand } from "../command-line/declare-command.ts";

/** Shells that completions are written for. */
export const shells = ["bash", "zsh", "fish"] as const;

export const helpCommand = declareCommand({
  name: "help",
  group: "Help",
  summary: "say what a command does",
  arguments: [
    {
      name: "command",
      summary: "one of the commands, or the first word of several",
      count: "optional",
      missing: "help takes the name of one command",
    },
    { name: "second word", summary: "of a command of two words", count: "optional", missing: "help takes one command" },
  ],
  options: {},
  examples: [
    ["help scan", "the same as scan --help"],
    ["help users", "all commands that begin so"],
  ],
  json: "the declarations of the commands",
});

export const completionCommand = declareCommand({
  name: "completion",
  group: "Help",
  summary: "print the completions for a shell",
  details: [
    "bash: `source <(artguard completion bash)` in `~/.bashrc`. zsh: `artguard completion zsh > ~/.zfunc/_artguard`, with `~/.zfunc` in `fpath` before `compinit`. fish: `artguard completion fish > ~/.config/fish/completions/artguard.fish`.",
  ],
  arguments: [{ name: "shell", summary: shells.join(", "), choices: shells, missing: `name ${shells.join(", ")}` }],
  options: {},
  examples: [["completion bash", "a script to source"]],
  json: "one object: `shell`, `script`",
});
