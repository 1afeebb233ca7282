const { createArtGuard } = require("@artguard/core");
const { encodePng } = require("@artguard/core/image");
const { forensicDetectors } = require("@artguard/forensics");
const { analyze } = require("./analyze.cjs");

analyze({ createArtGuard, forensicDetectors, encodePng }).then(console.log);
