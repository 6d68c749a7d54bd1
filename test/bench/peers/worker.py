# The bench's cases that run in Python, one at a time, on the same weights, as the coordinator asks by a line of JSON.
import json
import os
import sys
import time

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the libraries print goes to stderr
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
import keras
from saved_weights import read_weights

model_folder, data_folder = sys.argv[1:3]
LAYERS = {"conv1": 32, "conv2": 64}
W = read_weights(model_folder)


def network():
    conv = lambda name, n: keras.layers.Conv2D(n, 5, padding="same", activation="relu", name=name)
    pool = lambda: keras.layers.MaxPooling2D(2, 2, padding="same")
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            conv("conv1", 32),
            pool(),
            conv("conv2", 64),
            pool(),
            keras.layers.Flatten(),
            keras.layers.Dense(1024, activation="relu", name="dense"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax", name="classes"),
        ]
    )
    for layer in model.layers:
        if f"{layer.name}/kernel" in W:
            layer.set_weights([W[f"{layer.name}/kernel"], W[f"{layer.name}/bias"]])
    return model


def fresh():
    model = network()
    rng = np.random.default_rng(0)
    model.set_weights([np.clip(rng.normal(0, 0.1, w.shape), -0.2, 0.2) if w.ndim > 1 else np.full(w.shape, 0.1) for w in model.get_weights()])
    model.compile(keras.optimizers.Adam(1e-4, epsilon=1e-8), "sparse_categorical_crossentropy")
    return model


images = np.fromfile(f"{data_folder}/train-images-idx3-ubyte", np.uint8)[16:].reshape(-1, 28, 28, 1)
labels = np.fromfile(f"{data_folder}/train-labels-idx1-ubyte", np.uint8)[8:]
trained = network()
training = fresh()
at = 0


def train_keras(steps):
    global at
    steps = max(2, steps // 8)
    rows = np.arange(at, at + steps * 50) % len(images)
    at += steps * 50
    x, y = images[rows].astype(np.float32) / 255, labels[rows]
    began = time.perf_counter()
    history = training.fit(x, y, batch_size=50, epochs=1, verbose=0)
    seconds = time.perf_counter() - began
    return seconds, seconds * 1000 / steps, f"loss {history.history['loss'][-1]:.3f} (mean, dropout on)"


RADIUS = 4.0


@tf.function(reduce_retracing=True)
def climb(x, kernel1, bias1, kernel2, steps):
    """Batched ascent on receptive-field windows, on a sphere, with a cosine schedule, as one graph."""
    total = tf.zeros_like(x)
    for step in tf.range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            if kernel1 is None:
                score = tf.reduce_sum(tf.reshape(x, [tf.shape(x)[0], -1]) * kernel2)
            else:
                y = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, kernel1, 1, "VALID"), bias1))
                y = tf.nn.max_pool2d(y, 2, 2, "VALID")
                score = tf.reduce_sum(tf.reshape(y, [tf.shape(x)[0], -1]) * kernel2)
        g = tape.gradient(score, x)
        unit = lambda v: v / tf.maximum(tf.sqrt(tf.reduce_sum(v * v, [1, 2, 3], keepdims=True)), 1e-30)
        rate = 0.25 * (1 + tf.cos(np.pi * tf.cast(step, tf.float32) / tf.cast(steps, tf.float32)))
        x = RADIUS * unit(x + rate * RADIUS * unit(g))
        total += tf.where(4 * step >= 3 * steps, g, tf.zeros_like(g))
    return x, total


def reference(steps):
    began = time.perf_counter()
    cosines = []
    for layer, side in (("conv1", 5), ("conv2", 14)):
        kernel = W[f"{layer}/kernel"]
        n = kernel.shape[-1]
        rows = tf.constant(kernel.reshape(-1, n).T)
        first = (tf.constant(W["conv1/kernel"]), tf.constant(W["conv1/bias"])) if layer == "conv2" else (None, None)
        x, g = climb(tf.random.normal([n, side, side, 1]), *first, rows, tf.constant(steps))
        flat = lambda v: v.numpy().reshape(n, -1)
        a, b = flat(x), flat(g)
        norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        cosines += list(((a * b).sum(1) / np.maximum(norms, 1e-30))[norms > 0])
    seconds = time.perf_counter() - began
    return seconds, seconds, f"certificate {np.median(cosines):.4f}, worst {min(cosines):.4f}"


def xplique_batched(steps):
    from xplique.features_visualizations import Objective, optimize

    began = time.perf_counter()
    for layer, n in LAYERS.items():
        objective = Objective.channel(trained, layer, list(range(n)))
        optimize(objective, nb_steps=steps, custom_shape=(28, 28), optimizer=keras.optimizers.Adam(0.05))
    seconds = time.perf_counter() - began
    return seconds, seconds, "no certificate"


def tf_keras_vis_batched(steps):
    from tf_keras_vis.activation_maximization import ActivationMaximization
    from tf_keras_vis.utils.scores import CategoricalScore

    began = time.perf_counter()
    for layer, n in LAYERS.items():
        part = keras.Model(trained.inputs, trained.get_layer(layer).output)
        maximize = ActivationMaximization(part, clone=False)
        maximize(CategoricalScore(list(range(n))), seed_input=np.random.rand(n, 28, 28, 1), input_range=(0, 1), steps=steps)
    seconds = time.perf_counter() - began
    return seconds, seconds, "no certificate"


extractors = {layer: keras.Model(trained.inputs, trained.get_layer(layer).output) for layer in LAYERS}


def keras_step(extractor):
    @tf.function
    def step(image, filter_index, rate):
        with tf.GradientTape() as tape:
            tape.watch(image)
            loss = tf.reduce_mean(extractor(image)[:, 2:-2, 2:-2, :][..., filter_index])
        return image + rate * tf.math.l2_normalize(tape.gradient(loss, image))

    return step


keras_steps = {layer: keras_step(extractor) for layer, extractor in extractors.items()}


def keras_io(steps):
    began, value = time.perf_counter(), 0.0
    for layer, n in LAYERS.items():
        layer_began = time.perf_counter()
        for index in (3, 7):
            image = (tf.random.uniform((1, 28, 28, 1)) - 0.5) * 0.25
            for _ in range(steps):
                image = keras_steps[layer](image, tf.constant(index), 10.0)
            image.numpy()
        value += (time.perf_counter() - layer_began) * n / 2
    return time.perf_counter() - began, value, "no certificate: nothing bounds the picture"


CASES = {
    "train-keras": train_keras,
    "ascent-reference": reference,
    "ascent-xplique": xplique_batched,
    "ascent-tf-keras-vis": tf_keras_vis_batched,
    "ascent-keras-io": keras_io,
}

from importlib.metadata import version

names = ("tensorflow-cpu", "keras", "tf-keras-vis", "xplique")
print(json.dumps({"ready": ", ".join(f"{name} {version(name)}" for name in names)}), file=out, flush=True)
for line in sys.stdin:
    request = json.loads(line)
    seconds, value, quality = CASES[request["name"]](request["steps"])
    print(json.dumps({"seconds": seconds, "value": value, "quality": quality}), file=out, flush=True)
