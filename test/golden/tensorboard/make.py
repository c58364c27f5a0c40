"""A small training run of the real Keras with its TensorBoard callback, and the event files that it wrote.

    pip install tensorboard; python test/golden/tensorboard/make.py

Writes expected.json beside this file: `{ keras, tensorflow, tensorboard, weights, x, y, files: { train, validation }, scalars:
{ train, validation } }`; `files` are base64, `scalars` what TensorBoard reads in them: lists of [tag, step, value, wallTime].
Three epochs of four batches, logs of every second batch. Times differ from run to run, so the bytes do too.
"""

import base64
import json
import os
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras
import numpy as np
import tensorboard
import tensorflow as tf
from check import read_scalars

BATCH, EPOCHS, EVERY = 4, 3, 2


def main():
    random = np.random.default_rng(7)
    x = random.standard_normal((16, 3)).astype(np.float32)
    y = random.standard_normal((16, 1)).astype(np.float32)
    weights = [random.standard_normal((3, 1)).astype(np.float32), np.zeros(1, np.float32)]
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.set_weights(weights)
    rate = keras.optimizers.schedules.InverseTimeDecay(0.1, decay_steps=4, decay_rate=0.5)
    model.compile(optimizer=keras.optimizers.SGD(rate), loss="mse", metrics=["mae"])
    with tempfile.TemporaryDirectory() as folder:
        callback = keras.callbacks.TensorBoard(folder, write_graph=False, update_freq=EVERY)
        model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, shuffle=False, validation_data=(x, y), callbacks=[callback], verbose=0)
        files = {run: next(Path(folder, run).iterdir()).read_bytes() for run in ("train", "validation")}
        scalars = read_scalars(folder)
    array = lambda a: {"dtype": "f32", "shape": list(a.shape), "data": [float(str(v)) for v in a.ravel()]}
    document = {
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "tensorboard": tensorboard.__version__,
        "weights": [array(w) for w in weights],
        "x": array(x),
        "y": array(y),
        "files": {run: base64.b64encode(content).decode() for run, content in files.items()},
        "scalars": scalars,
    }
    Path(__file__).with_name("expected.json").write_text(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
