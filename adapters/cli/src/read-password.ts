import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { UsageError } from "./usage-error.ts";

/** Longest line of standard input that is taken for a password, in bytes. */
const longestLine = 4096;

/**
 * Asks for a password twice without echo; where standard input is no terminal, its first line is the password.
 *
 * @throws UsageError for none, or two that differ.
 */
export async function readPassword(): Promise<string> {
  const password = process.stdin.isTTY ? await askedTwice() : await firstLine();
  if (password === "") throw new UsageError("no password was given; type one, or give it as a line of standard input");
  return password;
}

async function askedTwice(): Promise<string> {
  // What readline would echo goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    const password = await ask(terminal, "New password: ");
    if ((await ask(terminal, "The same again: ")) === password) return password;
    throw new UsageError("the two passwords differ; nothing was changed");
  } finally {
    terminal.close();
  }
}

function ask(terminal: Interface, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    process.stderr.write(question);
    const refuse = () => reject(new UsageError("interrupted; nothing was changed"));
    terminal.once("SIGINT", refuse).once("close", refuse);
    terminal.question("", (answer) => {
      terminal.off("SIGINT", refuse).off("close", refuse);
      process.stderr.write("\n");
      resolve(answer);
    });
  });
}

async function firstLine(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.includes("\n")) break;
    if (text.length > longestLine) throw new UsageError("the first line of standard input is too long for a password");
  }
  return text.split(/\r?\n/)[0] ?? "";
}
