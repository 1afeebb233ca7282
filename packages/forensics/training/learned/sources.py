"""Where the originals come from, and the pool of pictures that forgeries are made of.

Lay the originals out as $ARTGUARD_TRAINING_DATA/learned/originals/<name>/ (see README.md for where each is had from).
"""

import os
import random
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

Image.MAX_IMAGE_PIXELS = None
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


@dataclass(frozen=True)
class Source:
    name: str
    kind: str  # "photo", "art", or "stamp": a cut-out with transparency
    licence: str
    most: int  # pictures taken from it, so that no source dominates
    held_out: bool = False  # only for validation


SOURCES = [
    Source("plasma-workspace-wallpapers", "photo", "GPL-2+", 34),
    Source("gnome-backgrounds", "photo", "GPL-2+, CC BY-SA 3.0", 14),
    Source("mate-backgrounds", "photo", "GPL-2+, CC BY-SA 4.0", 30),
    Source("lomiri-wallpapers", "photo", "CC BY 4.0, CC BY-SA, CC0", 19, held_out=True),
    Source("ukui-wallpapers", "photo", "CC BY-SA 3.0", 12),
    Source("popos", "photo", "CC BY-SA 4.0, public domain", 40),
    Source("budgie-backgrounds", "photo", "CC0", 19, held_out=True),
    Source("us-government-sites", "photo", "CC0", 460),
    Source("eos-media", "photo", "CC0, CC BY, CC BY-SA", 60),
    Source("fedora-backgrounds", "photo", "CC0, CC BY, CC BY-SA, free art", 40),
    Source("ubuntu-mate-artwork", "photo", "CC BY-SA 4.0", 60),
    Source("xubuntu-artwork", "photo", "CC BY-SA 3.0", 40),
    Source("kde-wallpapers", "photo", "LGPL-3", 40),
    Source("tuxpaint-templates", "photo", "GPL-2+", 20),
    Source("opensuse-wallpapers", "photo", "CC BY-SA, CC0", 10),
    Source("elementary-wallpapers", "photo", "CC0", 10),
    Source("ruevko-journal", "photo", "CC0", 20),
    Source("akc", "photo", "CC BY, CC BY-SA, CC0, public domain", 20),
    Source("scikit-image", "photo", "CC0 and public domain", 12),
    Source("tuxpaint-stamps", "stamp", "GPL-2+, public domain", 200),
    Source("standardebooks", "art", "public domain", 200),
    Source("deepin-wallpapers", "art", "CC BY 4.0", 12),
    Source("endless-sky-data", "art", "GPL-3+, CC BY-SA, public domain", 60),
    Source("freecol", "art", "GPL-2+", 40),
    Source("freeorion-data", "art", "CC BY-SA 3.0", 11),
    Source("unknown-horizons", "art", "CC BY-SA 3.0", 4),
    Source("widelands-data", "art", "GPL-2+", 40),
    Source("naev-data", "art", "GPL-3+, CC BY-SA, CC BY, public domain", 20, held_out=True),
]


def training_data() -> Path:
    """The folder of the data of every training of this project."""
    return Path(os.environ["ARTGUARD_TRAINING_DATA"]) / "learned"


def originals(source: Source) -> list[Path]:
    """A fixed choice of a source's pictures."""
    folder = training_data() / "originals" / source.name
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    return random.Random(source.name).sample(found, min(source.most, len(found)))
