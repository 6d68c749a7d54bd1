# The bench's one case that runs in PyTorch: Lucent, one filter a call as it works, on the same weights, at 28 pixels.
import json
import os
import sys
import time

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the libraries print goes to stderr

import numpy as np
import torch
from lucent.optvis import param, render
from saved_weights import read_weights

LAYERS = {"conv1": 32, "conv2": 64}
TRIED = (3, 7)


class Network(torch.nn.Module):
    """The two convolutions: what lies behind them gives the objectives nothing and would only cost Lucent time."""

    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, 32, 5, padding=2)
        self.conv2 = torch.nn.Conv2d(32, 64, 5, padding=2)
        found = read_weights(sys.argv[1])
        for name, conv in (("conv1", self.conv1), ("conv2", self.conv2)):
            kernel = np.ascontiguousarray(found[f"{name}/kernel"].transpose(3, 2, 0, 1))
            conv.weight.data = torch.from_numpy(kernel)
            conv.bias.data = torch.from_numpy(found[f"{name}/bias"].copy())

    def forward(self, x):
        pooled = torch.nn.functional.max_pool2d(torch.relu(self.conv1(x)), 2)
        return self.conv2(pooled)


network = Network().eval()


def lucent(steps):
    began, value = time.perf_counter(), 0.0
    for layer, n in LAYERS.items():
        layer_began = time.perf_counter()
        for index in TRIED:
            render.render_vis(
                network,
                f"{layer}:{index}",
                lambda: param.image(28, channels=1),
                thresholds=(steps,),
                preprocess=False,
                progress=False,
                show_image=False,
                fixed_image_size=28,
            )
        value += (time.perf_counter() - layer_began) * n / len(TRIED)
    return time.perf_counter() - began, value, "no certificate"


from importlib.metadata import version

versions = ", ".join(f"{name} {version(name)}" for name in ("torch", "torch-lucent"))
print(json.dumps({"ready": versions}), file=out, flush=True)
for line in sys.stdin:
    seconds, value, quality = lucent(json.loads(line)["steps"])
    print(json.dumps({"seconds": seconds, "value": value, "quality": quality}), file=out, flush=True)
