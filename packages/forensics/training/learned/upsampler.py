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
    net.opt.use_fp16_storage = net.opt.use_fp16_packed = net.opt.use_fp16_arithmetic = net.opt.use_bf16_storage = False  # overflows
    folder = training_data() / "models"
    if net.load_param(str(folder / f"{name}.param")) or net.load_model(str(folder / f"{name}.bin")):
        raise FileNotFoundError(folder / name)
    return net


def redrawn(picture: Picture, rng: np.random.Generator) -> Picture:
    """The picture made small and drawn again at its size by a network."""
    name = str(rng.choice(list(NETWORKS), p=[0.3, 0.3, 0.4]))
    size = [max(8, side // NETWORKS[name]) for side in picture.shape[1::-1]]
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    planes = np.ascontiguousarray(small.astype(np.float32).transpose(2, 0, 1) / 255)
    extractor = network(name).create_extractor()
    extractor.input("data", ncnn.Mat(planes))  # borrows the memory of `planes`
    _, output = extractor.extract("output")  # and the array below that of `output`: both are named so that they live on
    drawn = np.clip(np.array(output).transpose(1, 2, 0) * 255 + 0.5, 0, 255).astype(np.uint8)
    return cv2.resize(drawn, picture.shape[1::-1], interpolation=cv2.INTER_CUBIC)
