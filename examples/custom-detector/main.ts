import assert from "node:assert/strict";
import { createArtGuard, type Detector, defaultPolicy, type VerdictPolicy } from "@artguard/core";
import sharp from "sharp";

/** A cue of one's own: are the rows of the image mirrored, as a careless clone would leave them? */
const mirroredHalves: Detector = {
  id: "mirrored-halves",
  version: "1.0.0",
  family: "duplication",
  detect({ raster: { width, height, channels, data } }) {
    if (width < 64) return { applicable: false, reason: "The image is narrower than 64 pixels." };
    let equal = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width / 2; x++) {
        const [left, right] = [(y * width + x) * channels, (y * width + width - 1 - x) * channels];
        if (data[left] === data[right]) equal++;
      }
    }
    const share = equal / (height * Math.floor(width / 2));
    const finding = {
      code: "mirror-image",
      claim: `${Math.round(share * 100)} % of the left half mirrors the right half exactly.`,
      direction: share > 0.9 ? ("forged" as const) : ("neutral" as const),
      limitation: "Ornaments and test charts may be symmetric by design.",
      overturned_by: "A picture of the whole object that is as symmetric as this.",
    };
    return { applicable: true, statistic: share, regions: [], findings: [finding] };
  },
};

/** A new statistic has no say until it is calibrated: the policy tells what its values mean. */
const policy: VerdictPolicy = {
  ...defaultPolicy,
  version: `${defaultPolicy.version}+mirrored-halves`,
  calibration: {
    ...defaultPolicy.calibration,
    detectors: {
      "mirrored-halves": {
        detector_version: "1.0.0",
        knots: [
          [0.5, -0.5],
          [0.95, 3],
        ],
        n_forged: 0,
        n_authentic: 0,
        sources: ["by rule"],
      },
    },
    families: { duplication: 1 },
  },
};

const size = 128;
const noise = Uint8Array.from({ length: size * size }, (_, i) => (i * 2654435761) >>> 24);
const mirrored = noise.map((value, i) =>
  i % size < size / 2 ? value : noise[i - (i % size) + (size - 1 - (i % size))]!,
);
const png = (pixels: Uint8Array) =>
  sharp(pixels, { raw: { width: size, height: size, channels: 1 } })
    .png()
    .toBuffer();

await using artguard = await createArtGuard({ detectors: [mirroredHalves], policy, storage: "memory" });
const untouched = await artguard.analyze(await png(noise));
const cloned = await artguard.analyze(await png(mirrored));
console.log("noise:", untouched.verdict, "| mirrored noise:", cloned.verdict, cloned.reasons.join(", "));

assert.equal(untouched.verdict, "AUTHENTIC");
assert.equal(cloned.verdict, "SUSPICIOUS");
