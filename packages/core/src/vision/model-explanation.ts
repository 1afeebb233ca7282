import type { ImageInfo } from "../image/image-info.ts";
import { onOriginal } from "./copy-places.ts";
import type { Citation, Explanation, Language } from "./explanation.ts";
import { wordsIn } from "./explanation-words.ts";
import { citablePassages } from "./prompt.ts";
import type { VisionAnswer, VisionModel, VisionRequest } from "./vision-model.ts";

/** What {@link modelExplanation} is made of. */
export interface ModelExplanationParts {
  readonly model: Pick<VisionModel, "id" | "version">;
  readonly answer: VisionAnswer;
  readonly request: VisionRequest;
  readonly info: ImageInfo;
  /** The language that the model was asked to answer in. */
  readonly language: Language;
  readonly warnings?: readonly string[];
}

/** A model's sentences with what they cite: detectors, places of the oriented image, passages. */
export function modelExplanation(parts: ModelExplanationParts): Explanation {
  const { model, answer, language, warnings = [] } = parts;
  const words = wordsIn(language);
  const { uncited } = answer.details;
  return {
    language,
    author: model.version,
    sentences: answer.sentences.map(({ text, cites }) => ({
      text,
      cites: cites.map((name) => citationOf(name, parts)),
    })),
    warnings: [
      ...warnings,
      ...(typeof uncited === "number" && uncited > 0 ? [words.uncited(uncited)] : []),
      ...(answer.instruction === undefined ? [] : [words.instruction]),
    ],
  };
}

function citationOf(name: string, { request, info }: ModelExplanationParts): Citation {
  const crop = request.crops.find(({ id }) => id === name);
  if (crop) return { kind: "region", region: onOriginal(crop.region, request.image, info) };
  const passage = request.passages[citablePassages(request).indexOf(name)];
  if (!passage) return { kind: "detector", detector: name };
  const { source, title, score } = passage;
  return {
    kind: "passage",
    source,
    ...(title !== undefined && { title }),
    ...(score !== undefined && { score }),
  };
}
