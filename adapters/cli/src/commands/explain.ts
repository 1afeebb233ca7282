import {
  type Analysis,
  citedEvidence,
  type Explanation,
  explanationOf,
  type Language,
  languages,
} from "@artguard/core";
import { authorWords, evidenceLines } from "@artguard/core/report";
import { printable } from "../printable.ts";
import { parseStoreCommand } from "../stores/store-options.ts";
import { withArtGuard } from "../stores/with-artguard.ts";
import { UsageError } from "../usage-error.ts";

/** `artguard explain`: every sentence on a kept analysis, and the evidence it rests on. @throws UsageError */
export async function explain(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseStoreCommand(args, { language: { type: "string" } });
  const [requestId, ...more] = positionals;
  if (requestId === undefined || more.length > 0)
    throw new UsageError("name one request_id; `artguard history` lists them");
  const language = values.language === undefined ? undefined : languageOf(values.language);
  return await withArtGuard(values, async (artguard) => {
    const analysis = await artguard.get(requestId);
    const explanation = explanationOf(analysis, language);
    process.stdout.write(
      values.json ? `${JSON.stringify(json(analysis, explanation))}\n` : text(analysis, explanation),
    );
    return 0;
  });
}

function languageOf(value: string): Language {
  const language = languages.find((each) => each === value);
  if (language) return language;
  throw new UsageError(`--language must be one of ${languages.join(", ")}, got "${value}"`);
}

function json(analysis: Analysis, { sentences, ...explanation }: Explanation): object {
  return {
    request_id: analysis.request_id,
    explanation: {
      ...explanation,
      sentences: sentences.map((sentence) => ({
        ...sentence,
        evidence: sentence.cites.flatMap((cite) => citedEvidence(cite, analysis)),
      })),
    },
  };
}

function text(analysis: Analysis, explanation: Explanation): string {
  const { language } = explanation;
  const lines = explanation.sentences.flatMap((sentence) => [
    printable(sentence.text),
    ...evidenceLines(sentence, analysis, language).map((line) => `    ${printable(line)}`),
  ]);
  const warnings = explanation.warnings.map((warning) => `warning: ${printable(warning)}`);
  return `${[...lines, "", ...warnings, printable(authorWords(explanation, language))].join("\n")}\n`;
}
