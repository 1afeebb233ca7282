import type { ImageInfo } from "../image/image-info.ts";
import type { Citation, Explanation, Language } from "./explanation.ts";
import type { VisionAnswer, VisionModel, VisionRequest } from "./vision-model.ts";

/** A vision model's sentences, with the evidence that they cite. */
export function modelExplanation({
  model,
  answer,
  request,
  language,
}: {
  model: Pick<VisionModel, "version">;
  answer: VisionAnswer;
  request: VisionRequest;
  info: ImageInfo;
  language: Language;
}): Explanation {
  const cited = (name: string): Citation => {
    const passage = request.passages[Number(/^K(\d+)$/.exec(name)?.[1]) - 1];
    if (passage) return { kind: "passage", source: passage.source };
    const crop = request.crops.find(({ id }) => id === name);
    return crop ? { kind: "region", region: crop.region } : { kind: "detector", detector: name };
  };
  const sentences = answer.sentences.map(({ text, cites }) => ({ text, cites: cites.map(cited) }));
  return { language, author: model.version, sentences, warnings: [] };
}
