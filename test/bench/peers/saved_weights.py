# The question's network's weights as the app saves them, for the peers.
import json

import numpy as np


def read_weights(model_folder):
    """Arrays by name, such as conv1/kernel [height, width, channels, filters]."""
    with open(f"{model_folder}/model.json") as file:
        specs = json.load(file)["weightsManifest"][0]["weights"]
    values = np.fromfile(f"{model_folder}/weights.bin", dtype="<f4")
    found, at = {}, 0
    for spec in specs:
        size = int(np.prod(spec["shape"]))
        found[spec["name"]] = values[at : at + size].reshape(spec["shape"])
        at += size
    return found
