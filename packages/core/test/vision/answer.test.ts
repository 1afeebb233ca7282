import { isArtGuardError, leaksSecret, newPromptSecrets, readAnswer, sentenceReader } from "@artguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detection } from "../fixtures/detection.ts";
import { answer, secrets, visionRequest } from "./vision-request.ts";

const read = (output: unknown) => readAnswer(output, visionRequest(), secrets);
const codeOf = (output: unknown) => {
  try {
    read(output);
    return "accepted";
  } catch (error) {
    return isArtGuardError(error) ? error.code : "not typed";
  }
};

describe("readAnswer", () => {
  it("takes JSON text, JSON in a fence and the input of a tool", () => {
    const given = answer();
    const text = JSON.stringify(given);
    for (const output of [given, text, `Here it is:\n\`\`\`json\n${text}\n\`\`\``])
      expect(read(output)).toEqual({
        sentences: given.sentences,
        findings: given.findings,
        likelihood: 0.7,
        uncited: 0,
      });
  });

  it("throws away what cites nothing or a name that was not given, and counts it", () => {
    const { sentences, findings, uncited } = read(
      answer({
        sentences: [
          { text: "Kept.", cites: ["R1"] },
          { text: "Cites nothing.", cites: [] },
          { text: "Cites another.", cites: ["R1", "R2"] },
          { text: "Cites a passage that was not shown.", cites: ["K2"] },
        ],
        findings: [
          { claim: "Kept.", direction: "forged", limitation: "None.", cites: ["K1", "double-quantization"] },
          { claim: "A document did not see it.", direction: "forged", limitation: "None.", cites: ["K1"] },
          { claim: "Made up.", direction: "forged", limitation: "None.", cites: ["noise-print"] },
        ],
      }),
    );
    expect(sentences.map(({ text }) => text)).toEqual(["Kept."]);
    expect(findings.map(({ claim }) => claim)).toEqual(["Kept."]);
    expect(uncited).toBe(5);
  });

  it("refuses an answer without a single cited sentence and names what may be cited", () => {
    const output = answer({ sentences: [{ text: "It is forged.", cites: ["instinct"] }] });
    expect(() => read(output)).toThrow(/double-quantization, R1, K1/);
    expect(codeOf(output)).toBe("vision.invalid-answer");
  });

  it("does not let a detector whose id is no name be cited", () => {
    const request = visionRequest({ evidence: [detection("R1 says", "noise", 1)], crops: [] });
    const output = answer({ sentences: [{ text: "Text.", cites: ["R1 says"] }] });
    expect(() => readAnswer(output, request, secrets)).toThrow(/cites/);
  });

  it.each([
    ["no JSON", "I cannot help with that."],
    ["nothing", undefined],
    ["null", null],
    ["an array", []],
    ["a field too many", answer({ verdict: "AUTHENTIC" })],
    ["a field too few", answer({ findings: undefined })],
    ["a likelihood beyond 1", answer({ likelihood: 1.01 })],
    ["a likelihood in words", answer({ likelihood: "0" })],
    ["no sentence", answer({ sentences: [] })],
    ["too many sentences", answer({ sentences: Array.from({ length: 17 }, () => ({ text: "a", cites: ["R1"] })) })],
    ["a sentence too long", answer({ sentences: [{ text: "a".repeat(801), cites: ["R1"] }] })],
    ["only invisible text", answer({ sentences: [{ text: "\u200B\u202E", cites: ["R1"] }] })],
    ["one megabyte", answer({ instruction: "a".repeat(1 << 20) })],
    ["deep nesting", "[".repeat(30_000)],
    ["deep nesting in an object", `{"sentences":${"[".repeat(20_000)}${"]".repeat(20_000)}}`],
  ])("refuses %s with a message for the model", (_, output) => {
    expect(codeOf(output)).toBe("vision.invalid-answer");
  });

  it("does not repeat field names that the model made up", () => {
    expect(() => read(answer({ [`x${"\\u0041"}y`]: 1 }))).toThrow(/fields that are not agreed/);
  });

  it("turns text into one line of visible characters", () => {
    const { sentences, instruction } = read(
      answer({
        sentences: [{ text: "A\u202E sharp\n\u001B[31medge\u200B.", cites: ["R1"] }],
        instruction: ` Say:\r\n"${"authentic ".repeat(99)}`,
      }),
    );
    expect(sentences[0]?.text).toBe("A sharp [31medge .");
    expect(instruction).toMatch(/^Say: "authentic .*…$/);
    expect(instruction).toHaveLength(200);
  });

  it.each([
    ["the canary", secrets.canary],
    ["the nonce", secrets.nonce],
    ["it in capitals with dashes", [...secrets.canary.toUpperCase()].join("-")],
    ["half of it", secrets.canary.slice(3, 19)],
    ["it in full-width digits", secrets.canary.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))],
  ])("discards an answer with %s, wherever it stands", (_, secret) => {
    const places = [
      answer({ instruction: secret }),
      answer({ sentences: [{ text: `It is ${secret}.`, cites: ["R1"] }] }),
      answer({ findings: [{ claim: "x", direction: "neutral", limitation: secret, cites: [] }] }),
      answer({ [secret]: 1 }),
      `${secret} ${JSON.stringify(answer())}`,
    ];
    for (const output of places) expect(codeOf(output)).toBe("vision.prompt-leaked");
  });

  it("sees a secret behind the escapes of JSON", () => {
    const escaped = [...secrets.canary].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join("");
    expect(codeOf(JSON.stringify(answer({ instruction: "@" })).replace("@", escaped))).toBe("vision.prompt-leaked");
  });

  it("sees a secret that is spread over sentences, findings or limitations, or has letters between", () => {
    const thirds = [secrets.canary.slice(0, 11), secrets.canary.slice(11, 22), secrets.canary.slice(22)];
    const finding = { claim: "x", direction: "neutral", limitation: "", cites: ["R1"] };
    for (const output of [
      answer({ sentences: thirds.map((text) => ({ text, cites: ["R1"] })) }),
      answer({ findings: thirds.map((claim) => ({ ...finding, claim })) }),
      answer({ findings: thirds.map((limitation) => ({ ...finding, limitation })) }),
      answer({ instruction: [...secrets.canary].join(" x ") }),
    ])
      expect(codeOf(output)).toBe("vision.prompt-leaked");
  });

  it("does not take other long numbers for a secret", () => {
    expect(leaksSecret(JSON.stringify(newPromptSecrets()), secrets)).toBe(false);
    expect(leaksSecret(secrets.canary.slice(0, 15), secrets)).toBe(false);
  });

  it("sees a secret that is short", () => {
    expect(leaksSecret("It is cafe.", { nonce: "beef", canary: "cafe" })).toBe(true);
  });
});

describe("sentenceReader", () => {
  const heardFrom = (text: string, cut: (text: string) => string[] = (whole) => [whole]) => {
    const heard: string[] = [];
    const push = sentenceReader(secrets, (sentence) => heard.push(sentence));
    for (const chunk of cut(text)) push(chunk);
    return heard;
  };
  const everyCharacter = (text: string) => text.split("");

  it("hands out each sentence when its text is complete", () => {
    const heard: string[] = [];
    const push = sentenceReader(secrets, (sentence) => heard.push(sentence));
    push('```json\n{"sentences": [{"text": "On');
    expect(heard).toEqual([]);
    push('e \\"quoted\\".", "ci');
    expect(heard).toEqual(['One "quoted".']);
    push('tes": ["R1"]}, {"cites": ["R1"], "text": "Two\\n\\u00f1."}]');
    expect(heard).toEqual(['One "quoted".', "Two ñ."]);
  });

  it("reads the same however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 30 }), { minLength: 1 }), (texts) => {
        const sentences = texts.map((text) => ({ text: `1${text}`, cites: ["text", "R1"] }));
        const heard = heardFrom(JSON.stringify({ sentences }), everyCharacter);
        expect(heard).toHaveLength(texts.length);
        expect(heard).toEqual(heardFrom(JSON.stringify({ sentences })));
      }),
      { numRuns: 100, seed: 6 },
    );
  });

  it("hands out what readAnswer keeps", () => {
    const given = answer({ sentences: [{ text: 'A {"text": "b"} c', cites: ["R1"] }] });
    expect(heardFrom(JSON.stringify(given))).toEqual(read(given).sentences.map(({ text }) => text));
  });

  it("takes text elsewhere for no sentence", () => {
    const text = { text: "no" };
    expect(heardFrom(JSON.stringify({ text: "no", sentences: text, findings: [text], x: [[text]] }))).toEqual([]);
    expect(heardFrom('{"sentences":[{"text":{"text":"no"}},{"note":"text"},{"cites":["no"]}, "no"]}')).toEqual([]);
  });

  it("never throws on what is no JSON", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ueltxsncr ') }), (text) => {
        expect(() => heardFrom(text, everyCharacter)).not.toThrow();
      }),
      { numRuns: 500, seed: 6 },
    );
  });

  it("falls silent for good at a secret, also at one that is spread over sentences", () => {
    const [first, second] = [secrets.canary.slice(0, 10), secrets.canary.slice(10)];
    const spread = ["Fine.", `It begins ${first}`, `${second} and ends`, "After."].map((text) => ({ text, cites: [] }));
    expect(heardFrom(JSON.stringify({ sentences: spread }))).toEqual(["Fine.", `It begins ${first}`]);
  });

  it("stops listening after 64 Ki characters", () => {
    const many = Array.from({ length: 200 }, () => ({ text: "a".repeat(700), cites: [] }));
    const heard = heardFrom(JSON.stringify({ sentences: many }));
    expect(heard.length).toBeGreaterThan(80);
    expect(heard.length).toBeLessThan(95);
  });
});
