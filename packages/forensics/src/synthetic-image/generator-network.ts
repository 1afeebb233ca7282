import { type OnnxNetwork, openNetwork } from "../onnx/open-network.ts";
import { type PictureViews, viewSide } from "./picture-views.ts";

let opened: Promise<OnnxNetwork> | undefined;

/**
 * Log odds at even prior that a picture was generated: a ridge logistic regression on what the first stages of an
 * ImageNet network (EfficientNet-Lite0, Tan and Le, 2019) see in it, scaled on held-out sources (Platt, 1999). How it
 * was trained: `docs/detection/synthetic-image.md`.
 */
export async function generatorLogOdds(views: PictureViews): Promise<number> {
  opened ??= openNetwork(new URL("./generator-network.onnx", import.meta.url));
  return await logOdds(await opened, views);
}

/** {@link generatorLogOdds} of a network that is already open: the mean over the views. */
export async function logOdds(network: OnnxNetwork, { count, rgb }: PictureViews): Promise<number> {
  const { score } = await network({ rgb: { data: rgb, shape: [count, 3, viewSide, viewSide] } });
  return score!.reduce((sum, each) => sum + each, 0) / count;
}
