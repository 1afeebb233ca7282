/** What every option says of itself. */
interface Described {
  /** What it does, in a phrase without a full stop. */
  readonly summary: string;
  /** What holds without it, in words; where `default` says it, nothing. */
  readonly otherwise?: string;
}

/** There or not. */
interface Switch extends Described {
  readonly type: "switch";
}

/** Some text; `of` tells a shell what to complete. */
interface Text extends Described {
  readonly type: "text";
  /** What stands for the value in help, such as `DIR`. */
  readonly value: string;
  readonly of?: "file" | "folder";
  /** The command is not understood without it. */
  readonly required?: true;
}

/** A number, whole unless `fraction`. */
interface Numeric extends Described {
  readonly type: "number";
  readonly value: string;
  readonly default?: number;
  readonly fraction?: true;
  /** Default 1. */
  readonly least?: number;
  readonly most?: number;
}

/** One of some words; upper and lower case are the same. */
interface Choice extends Described {
  readonly type: "choice";
  readonly value: string;
  readonly choices: readonly string[];
}

/** Words with commas between them. */
interface List extends Described {
  readonly type: "list";
  readonly value: string;
}

/** An option as it is declared. */
export type Option = Switch | Text | Numeric | Choice | List;

/** A word without dashes, as it is declared. The last one may stand for many. */
export interface Argument {
  readonly name: string;
  readonly summary: string;
  /** Default exactly one; `some` one or more, `optional` one or none. */
  readonly count?: "some" | "optional";
  /** What is said when it is missing or there are too many: what to name. */
  readonly missing: string;
  readonly of?: "file" | "words";
  /** Words that a shell completes. */
  readonly choices?: readonly string[];
}

/** One command: everything that parsing, help, completion and the page in docs are made from. */
export interface Command<Options extends Readonly<Record<string, Option>> = Readonly<Record<string, Option>>> {
  /** One word, or two where several commands share the first. */
  readonly name: string;
  /** Under which heading it is listed. */
  readonly group: Group;
  /** What it does, in a phrase without a full stop. */
  readonly summary: string;
  /** Paragraphs of Markdown, for those who want to know more. */
  readonly details?: readonly string[];
  readonly arguments?: readonly Argument[];
  readonly options: Options;
  /** Command lines without `artguard`, and what they are for. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** What exit statuses mean besides 0, 1, 2; or more exactly. */
  readonly exits?: Readonly<Record<number, string>>;
  /** What `--json` prints. */
  readonly json: string;
}

/** Headings of commands, in their order. */
export const groups = ["Images", "Kept analyses", "People and keys", "Operation", "Help"] as const;
/** One of {@link groups}. */
type Group = (typeof groups)[number];

type ValueOf<Each extends Option> = Each extends { type: "switch" }
  ? boolean
  : Each extends { type: "number"; default: number }
    ? number
    : Each extends { type: "number" }
      ? number | undefined
      : Each extends { type: "choice"; choices: readonly (infer Word)[] }
        ? Word | undefined
        : Each extends { type: "list" }
          ? readonly string[] | undefined
          : Each extends { required: true }
            ? string
            : string | undefined;

/** What a command is called with. */
export interface Call<Declared extends Command> {
  readonly values: { readonly [Name in keyof Declared["options"]]: ValueOf<Declared["options"][Name]> } & {
    readonly json: boolean;
  };
  /** As many as the declaration lets through. */
  readonly operands: readonly string[];
}

/** What every command understands besides its own options. */
const commonOptions = {
  json: { type: "switch", summary: "print JSON for programs" },
  help: { type: "switch", summary: "print this" },
} as const satisfies Record<string, Option>;

/** Declares a command; its types follow from what is declared. */
export function declareCommand<const Options extends Readonly<Record<string, Option>>>(
  command: Command<Options>,
): Command<Options> {
  return command;
}

/** All options of a command. */
export function optionsOf(command: Command): Readonly<Record<string, Option>> {
  return { ...command.options, ...commonOptions };
}

/** What exit statuses of a command mean. */
export function exitsOf({ exits }: Command): readonly (readonly [status: string, meaning: string])[] {
  const all = { 0: "done", 1: "it failed; the reason is printed", 2: "the command line was not understood", ...exits };
  return Object.entries(all);
}
