import { z } from "zod";

const cites = z.array(z.string().max(100)).max(12);

/** What a model must give. */
export const answerSchema = z.strictObject({
  sentences: z
    .array(z.strictObject({ text: z.string().min(1).max(800), cites }))
    .min(1)
    .max(16),
  findings: z
    .array(
      z.strictObject({
        claim: z.string().min(1).max(500),
        direction: z.enum(["forged", "authentic", "neutral"]),
        limitation: z.string().max(500),
        cites,
      }),
    )
    .max(12),
  likelihood: z.number().min(0).max(1),
  instruction: z.string().max(2000),
});

/** Words of JSON Schema that engines with native structured output refuse. */
const refusedWords = ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern"] as const;

const { $schema: _, ...wireSchema } = z.toJSONSchema(answerSchema, {
  override: ({ jsonSchema }) => {
    for (const word of refusedWords) delete jsonSchema[word];
  },
});

/**
 * The answer's schema as JSON Schema for native structured output and tools: every object is closed, nothing is
 * optional, and there are no limits of length or range, which the engines refuse; `readAnswer` checks them.
 */
export const answerJsonSchema: string = JSON.stringify(wireSchema);
