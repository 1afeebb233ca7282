"""Pictures made small as many programs do it: no sharpness of a host is a trace."""

import cv2
import numpy as np
from PIL import Image

FILTERS = [Image.LANCZOS, Image.LANCZOS, Image.BICUBIC, Image.BICUBIC, Image.HAMMING, Image.BILINEAR, Image.BOX]
ALIASING = [cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST]


def resized(picture: np.ndarray, size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """To width and height as one of many programs does it: soft, sharp, with aliasing or sharpened after it."""
    if rng.random() < 0.12:
        done = cv2.resize(picture, size, interpolation=int(rng.choice(ALIASING)))
    else:
        done = np.asarray(Image.fromarray(picture).resize(size, FILTERS[int(rng.integers(len(FILTERS)))]))
    if rng.random() > 0.35:
        return done
    amount = rng.uniform(0.2, 1.2)
    return cv2.addWeighted(done, 1 + amount, cv2.GaussianBlur(done, (0, 0), rng.uniform(0.5, 1.2)), -amount, 0)
