import { createArtGuard } from "@artguard/core";
import { encodePng } from "@artguard/core/image";
import { forensicDetectors } from "@artguard/forensics";
import { analyze } from "./analyze.cjs";

console.log(await analyze({ createArtGuard, forensicDetectors, encodePng }));
