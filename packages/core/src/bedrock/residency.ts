import { ArtGuardError } from "../errors/artguard-error.ts";
import type { ModelName } from "./model-name.ts";

interface Area {
  /** Regions of AWS that lie in it. */
  readonly regions: readonly string[];
  /** Inference profiles that stay in it. */
  readonly profiles: readonly string[];
}

/**
 * Where pictures may be processed. London (`eu-west-2`) and Zurich (`eu-central-2`) are in Europe but not in the European
 * Union, and no `eu.` profile of Bedrock uses them: `eu` refuses them.
 */
const areas = {
  apac: {
    regions: [
      ...["ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2"],
      ...["ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-7"],
    ],
    profiles: ["apac", "au", "jp"],
  },
  au: { regions: ["ap-southeast-2", "ap-southeast-4"], profiles: ["au"] },
  ca: { regions: ["ca-central-1", "ca-west-1"], profiles: ["ca"] },
  eu: {
    regions: ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"],
    profiles: ["eu"],
  },
  jp: { regions: ["ap-northeast-1", "ap-northeast-3"], profiles: ["jp"] },
  us: { regions: ["us-east-1", "us-east-2", "us-west-1", "us-west-2"], profiles: ["us"] },
  "us-gov": { regions: ["us-gov-east-1", "us-gov-west-1"], profiles: ["us-gov"] },
} as const satisfies Record<string, Area>;

/** An area that pictures must not leave: `apac`, `au`, `ca`, `eu`, `jp`, `us`, `us-gov`. */
export type Residency = keyof typeof areas;

/** All of {@link Residency}. */
export const residencies = Object.keys(areas) as readonly Residency[];

/**
 * True for the name of an area.
 *
 * @example
 * isResidency("eu"); // true
 */
export function isResidency(value: string): value is Residency {
  return Object.hasOwn(areas, value);
}

/**
 * Refuses a region or an inference profile that is, or may lead, outside the area. A `global.` profile always may.
 *
 * @throws ArtGuardError `bedrock.outside-residency`
 */
export function assertWithin(residency: Residency, region: string, model: string, name: ModelName): void {
  const { regions, profiles }: Area = areas[residency];
  for (const place of [region, name.region ?? region])
    if (!regions.includes(place)) throw outside(residency, `region ${place}`, regions, profiles);
  if (name.opaque) throw outside(residency, `${model} does not say where it runs; it`, regions, profiles);
  if (name.profile !== undefined && !profiles.includes(name.profile))
    throw outside(residency, `inference profile ${model}`, regions, profiles);
}

function outside(residency: Residency, what: string, regions: readonly string[], profiles: readonly string[]) {
  const message = `${what} may process pictures outside "${residency}"`;
  return new ArtGuardError("bedrock.outside-residency", message, {
    fix: `Use a region of ${regions.join(", ")} and a model id without profile or with ${profiles.map((p) => `${p}.`).join(" or ")}`,
    details: { residency },
  });
}
