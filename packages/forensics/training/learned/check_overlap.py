"""Lists originals that look like a picture of another folder, so that nothing is trained on what is reported on.

    python check_overlap.py FOLDER
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from sources import SOURCES, SUFFIXES, originals

MOST_PIXELS = 200_000_000
NEAREST = 6  # differing bits of 64 up to which two pictures count as one


def fingerprint(path: Path) -> np.ndarray | None:
    """64 signs of horizontal differences of a 9x8 thumbnail; nothing for flat, broken or hostile pictures."""
    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.draft("L", (128, 128))
            small = np.asarray(image.convert("L").resize((9, 8), Image.BOX), float)
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError):
        return None
    return None if small.std() < 3 else (small[:, 1:] > small[:, :-1]).ravel()


def main(folder: Path) -> None:
    others = [(path, code) for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES if (code := fingerprint(path)) is not None]
    codes = np.stack([code for _, code in others])
    found = checked = 0
    for source in SOURCES:
        for path in originals(source):
            code = fingerprint(path)
            if code is None:
                continue
            checked += 1
            distance = (codes != code).sum(1)
            if distance.min() <= NEAREST:
                found += 1
                print(f"{source.name}/{path.name} is {distance.min()} bits from {others[int(distance.argmin())][0].relative_to(folder)}", flush=True)
    print(f"{found} of {checked} originals look like one of {len(others)} pictures")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
