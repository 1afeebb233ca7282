// What a program does with the packages, however it came by them: one real analysis of a picture made here.
const assert = require("node:assert/strict");
const { noise, settings, withText } = require("./picture.cjs");

exports.analyze = async ({ createArtGuard, forensicDetectors, encodePng }) => {
  const detectors = forensicDetectors();
  const artguard = await createArtGuard({ detectors, storage: "memory" });
  try {
    const plain = await encodePng(noise(256));
    const untouched = await artguard.analyze(plain, { filename: "noise.png" });
    assert.equal(untouched.status, "COMPLETED");
    assert.equal(untouched.detections.length, detectors.length);
    assert.notEqual(untouched.verdict, "LIKELY_FORGED");

    const generated = await artguard.analyze(withText(plain, "parameters", settings), { filename: "castle.png" });
    assert.equal(generated.verdict, "LIKELY_FORGED");
    assert.ok(generated.findings.some(({ detector }) => detector === "provenance"));
    return `${untouched.verdict} and ${generated.verdict}, ${detectors.length} detectors`;
  } finally {
    await artguard[Symbol.asyncDispose]();
  }
};
