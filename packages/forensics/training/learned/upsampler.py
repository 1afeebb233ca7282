"""Regions drawn again by real up-sampling networks (Real-ESRGAN, Wang et al., 2021), as generative fill decodes them."""

from functools import cache

import cv2
import ncnn
import numpy as np

from chains import Picture
from sources import training_data

NETWORKS = {"realesr-animevideov3-x2": 2, "realesr-animevideov3-x4": 4, "realesrgan-x4plus": 4}


@cache
def network(name: str) -> ncnn.Net:
    net = ncnn.Net()
    net.opt.num_threads = 1
    folder = training_data() / "models"
    if net.load_param(str(folder / f"{name}.param")) or net.load_model(str(folder / f"{name}.bin")):
        raise FileNotFoundError(folder / name)
    return net


def redrawn(picture: Picture, rng: np.random.Generator) -> Picture:
    """The picture made small and drawn again at its size by a network."""
    name = str(rng.choice(list(NETWORKS), p=[0.3, 0.3, 0.4]))
    size = [max(8, side // NETWORKS[name]) for side in picture.shape[1::-1]]
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    extractor = network(name).create_extractor()
    extractor.input("data", ncnn.Mat(np.ascontiguousarray(small.astype(np.float32).transpose(2, 0, 1) / 255)).clone())
    drawn = np.array(extractor.extract("output")[1]).transpose(1, 2, 0)
    drawn = np.clip(drawn * 255 + 0.5, 0, 255).astype(np.uint8)
    return cv2.resize(drawn, picture.shape[1::-1], interpolation=cv2.INTER_CUBIC)
