import { inspectJpeg } from "../image/inspect-jpeg.ts";
import type { VisionCrop, VisionRequest } from "../vision/vision-model.ts";
import { type FittedPicture, fitPicture, mostPictures } from "./fit-picture.ts";
import type { PictureTier } from "./model-capabilities.ts";

/** A request as the model sees it. */
export interface FittedRequest {
  /** Places in pixels of the picture that is sent. */
  readonly request: VisionRequest;
  /** The whole picture, then the crops. */
  readonly pictures: readonly FittedPicture[];
}

/**
 * Makes every picture fit, and the places with them; of more crops than a request may have the last ones, the weakest,
 * are left out.
 *
 * @throws ArtGuardError `vision.image-too-large`, `image.undecodable`
 */
export async function fitRequest(request: VisionRequest, tier: PictureTier): Promise<FittedRequest> {
  const crops = request.crops.slice(0, mostPictures - 1);
  const whole = await fitPicture(request.image, tier);
  const pictures = [whole, ...(await Promise.all(crops.map((crop) => fitCrop(crop, tier))))];
  const shrink = whole.width / request.image.width;
  return {
    pictures,
    request: {
      ...request,
      image: {
        ...{ bytes: whole.bytes, content_type: "image/jpeg", width: whole.width, height: whole.height },
        scale: request.image.scale / shrink,
      },
      crops: crops.map((crop) => ({ ...crop, region: scaled(crop.region, shrink) })),
    },
  };
}

async function fitCrop({ bytes }: VisionCrop, tier: PictureTier): Promise<FittedPicture> {
  const { width, height } = inspectJpeg(bytes);
  return await fitPicture({ bytes, width, height }, tier);
}

function scaled({ x, y, width, height, ...rest }: VisionCrop["region"], factor: number): VisionCrop["region"] {
  const [left, top] = [Math.round(x * factor), Math.round(y * factor)];
  return {
    ...rest,
    ...{ x: left, y: top },
    width: Math.max(1, Math.round(width * factor)),
    height: Math.max(1, Math.round(height * factor)),
  };
}
