import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** A detector of others that is compared with ours. */
export interface Peer {
  readonly name: string;
  /** The command that runs a wrapper; it speaks the protocol of `packages/bench/peers/protocol.py`. */
  readonly command: readonly string[];
}

/** A peer that is not there. */
export interface MissingPeer {
  readonly name: string;
  readonly reason: string;
}

interface PeerPlace {
  readonly name: string;
  readonly wrapper: string;
  /** Its folder in that of the peers, and a file that is there when it is complete. */
  readonly folder: string;
  readonly file: string;
  readonly howToGet: string;
}

const photoHolmes =
  "git clone https://github.com/photoholmes/photoholmes; venv/bin/pip install torch pydantic pyyaml scipy scikit-learn scikit-image opencv-python-headless tqdm mpmath wget typing_extensions";

const places: readonly PeerPlace[] = [
  {
    name: "ZERO (C)",
    wrapper: "zero.py",
    folder: "ZERO",
    file: "zero",
    howToGet: "git clone https://github.com/tinankh/ZERO; make (needs libpng, libjpeg, libtiff)",
  },
  {
    name: "Splicebuster (PhotoHolmes)",
    wrapper: "splicebuster.py",
    folder: "photoholmes",
    file: "src/photoholmes/methods/splicebuster/method.py",
    howToGet: photoHolmes,
  },
  {
    name: "Noisesniffer (PhotoHolmes)",
    wrapper: "noisesniffer.py",
    folder: "photoholmes",
    file: "src/photoholmes/methods/noisesniffer/method.py",
    howToGet: photoHolmes,
  },
];

const wrappers = resolve(import.meta.dirname, "../../peers");
/** The Python of the folder; it needs numpy and Pillow for the wrappers themselves. */
const python = join("venv", "bin", "python");

/** The peers in a folder that the user filled, and those that are not there with the reason and how to get them. */
export function findPeers(folder: string): (Peer | MissingPeer)[] {
  return places.map(({ name, wrapper, folder: own, file, howToGet }) => {
    const place = join(folder, own);
    if (!existsSync(join(place, file)))
      return { name, reason: `${join(place, file)} is missing. In ${folder}: ${howToGet}` };
    if (!existsSync(join(folder, python)))
      return {
        name,
        reason: `${join(folder, python)} is missing. In ${folder}: python3 -m venv venv; venv/bin/pip install numpy pillow`,
      };
    return { name, command: [join(folder, python), join(wrappers, wrapper), place] };
  });
}
