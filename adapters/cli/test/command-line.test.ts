import { readFileSync } from "node:fs";
import { accountTiers, languages, trainingLabels, verdicts } from "@artguard/core";
import { describe, expect, it } from "vitest";
import { commandPage } from "../src/command-line/command-page.ts";
import { declareCommand, exitsOf, optionsOf } from "../src/command-line/declare-command.ts";
import { didYouMean } from "../src/command-line/did-you-mean.ts";
import { findCommand } from "../src/command-line/find-command.ts";
import { commandHelp, overview } from "../src/command-line/help-text.ts";
import { parseCommand } from "../src/command-line/parse-command.ts";
import { commands, program } from "../src/command-line/program.ts";
import { tierWords } from "../src/declarations/people.ts";
import { languageWords, verdictWords } from "../src/declarations/shared.ts";
import { trainUploadCommand } from "../src/declarations/training.ts";
import { UsageError } from "../src/usage-error.ts";

const example = declareCommand({
  name: "paint",
  group: "Images",
  summary: "paint a picture",
  arguments: [
    { name: "picture", summary: "which one", missing: "name one picture" },
    { name: "frame", summary: "around it", count: "optional", missing: "name one picture, and a frame" },
  ],
  options: {
    wet: { type: "switch", summary: "do not wait" },
    tool: { type: "choice", value: "T", choices: ["brush", "KNIFE"], summary: "with what" },
    layers: { type: "number", value: "N", default: 2, most: 9, summary: "how many" },
    hours: { type: "number", value: "H", fraction: true, least: 0.5, summary: "how long" },
    colours: { type: "list", value: "A,B", summary: "which" },
    to: { type: "text", value: "FILE", of: "file", required: true, summary: "where it goes" },
    note: { type: "text", value: "TEXT", summary: "what to remember" },
  },
  examples: [["paint lake --to lake.png", "a lake"]],
  json: "nothing",
});

const parse = (...words: string[]) => parseCommand(example, words);

describe("a declared command", () => {
  it("is parsed into values of the types that it declares, with its defaults", () => {
    expect(parse("lake", "--to", "a.png")).toEqual({
      operands: ["lake"],
      values: { wet: false, layers: 2, to: "a.png", json: false, help: false },
    });
    const all = ["--wet", "--tool=knife", "--layers", "9", "--hours=0.5", "--colours", "red, blue", "--json"];
    expect(parse("--to", "-", "lake", "gold", ...all, "--note=--wet")).toEqual({
      operands: ["lake", "gold"],
      values: {
        ...{ wet: true, tool: "KNIFE", layers: 9, hours: 0.5, colours: ["red", "blue"], to: "-" },
        ...{ json: true, help: false, note: "--wet" },
      },
    });
    expect(parse("--to", "x", "--", "--lake").operands).toEqual(["--lake"]);
  });

  it.each([
    [["lake"], "--to must name a file: where it goes"],
    [["lake", "--to", ""], "--to must name a file"],
    [["lake", "--to"], "--to needs a value: --to FILE"],
    [["lake", "--to", "--wet"], "--to needs a value; write --to=--wet if this is one"],
    [["--to", "x"], "name one picture"],
    [["--to", "x", "a", "b", "c"], "name one picture, and a frame"],
    [["--to", "x", "a", "--lyers", "3"], "there is no option --lyers; did you mean --layers?"],
    [["--to", "x", "a", "--toString"], "there is no option --toString"],
    [["--to", "x", "a", "-w"], "there is no option -w"],
    [["--to", "x", "a", "--wet=yes"], "--wet takes no value"],
    [["--to", "x", "a", "--tool", "brsh"], '--tool takes brush, KNIFE, got "brsh"; did you mean brush?'],
    [["--to", "x", "a", "--layers", "0"], '--layers must be a whole number from 1 to 9, got "0"'],
    [["--to", "x", "a", "--layers", "10"], '--layers must be a whole number from 1 to 9, got "10"'],
    [["--to", "x", "a", "--layers", "1.5"], '--layers must be a whole number from 1 to 9, got "1.5"'],
    [["--to", "x", "a", "--layers="], '--layers must be a whole number from 1 to 9, got ""'],
    [["--to", "x", "a", "--hours", "soon"], '--hours must be a number from 0.5 on, got "soon"'],
  ])("refuses %j", (words, message) => {
    expect(() => parse(...words)).toThrow(new UsageError(message));
  });

  it("says in its help everything that is declared", () => {
    const help = commandHelp(example);
    for (const text of [
      "Usage: artguard paint <picture> [frame] --to FILE [options]",
      "--layers N     how many; default 2",
      "--tool T       with what: brush, KNIFE",
      "--to FILE      where it goes; required",
      "artguard paint lake --to lake.png  a lake",
      "2  the command line was not understood",
    ]) {
      expect(help).toContain(text);
    }
  });
});

describe("did you mean", () => {
  it.each([
    ["scna", "scan"],
    ["SCAN", "scan"],
    ["explian", "explain"],
    ["swep", "sweep"],
    ["zzz", undefined],
    ["no", undefined],
    ["", undefined],
  ])("takes %j for %j", (word, meant) => {
    expect(didYouMean(word, ["scan", "explain", "sweep", "show"])).toBe(meant);
  });
});

describe("the program", () => {
  it("has each name once, and finds each by its words", () => {
    const names = commands.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { command } of program) {
      const found = findCommand(program, [...command.name.split(" "), "more"]);
      expect(found).toMatchObject({ one: { command }, rest: ["more"] });
    }
  });

  it("documents every command with an example that can be parsed", () => {
    const text = overview(commands, "1.2.3");
    for (const command of commands) {
      expect(text).toContain(`  ${command.name} `);
      expect(command.examples.length).toBeGreaterThan(0);
      expect(exitsOf(command).map(([status]) => status)).toEqual(expect.arrayContaining(["0", "1", "2"]));
      for (const [line] of command.examples) {
        const words = line.replace(/ [<>] .*$/, "").split(" ");
        const found = findCommand(program, words);
        expect("one" in found && found.one.command).toBe(command);
        expect(() => parseCommand(command, found.rest)).not.toThrow();
      }
    }
  });

  it("writes the page of the docs from the declarations: npm run make:cli-page", () => {
    const page = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8");
    expect(page).toBe(commandPage(commands));
    for (const command of commands) {
      for (const name of Object.keys(optionsOf(command))) expect(page).toContain(`| \`--${name}`);
    }
  });

  it("links to pages that are there", () => {
    const page = commandPage(commands);
    const links = [...page.matchAll(/\]\(([^)#]+)(#[^)]+)?\)/g)].map(([, file]) => file!);
    expect(links.length).toBeGreaterThan(10);
    for (const file of links) {
      expect(readFileSync(new URL(`../../../docs/${file}`, import.meta.url), "utf8")).not.toBe("");
    }
  });

  it("declares the words of the library without loading it", () => {
    expect(languageWords).toEqual(languages);
    expect(verdictWords).toEqual(verdicts);
    expect(tierWords).toEqual(accountTiers);
    expect(trainUploadCommand.options.label.choices).toEqual(trainingLabels);
  });
});
