"""Test errors of the real Keras on the Auto MPG data, which wgrad's runs are compared with.

    WGRAD_DATA=<directory with auto-mpg/> python test/golden/reference_auto_mpg.py [--only RUN,…] [--seeds 0,1,…]

Writes reference-auto-mpg.json beside this file after every run, and keeps the runs already in it, so it can be stopped
and continued. Rows, columns and their standardisation are pandas's and NumPy's. One thread, nice 10.

The seed sets the initial weights and the order of the training set, which is drawn anew for every epoch
(keras.utils.set_random_seed would give the same order in every epoch; see reference_accuracy.py).
"""

import argparse
import json
import os
import random
import statistics
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras
import numpy as np
import pandas as pd

OUTPUT = Path(__file__).parent / "reference-auto-mpg.json"
COLUMNS = ["MPG", "Cylinders", "Displacement", "Horsepower", "Weight", "Acceleration", "Model Year", "Origin"]
BATCH = 32

# run: (protocol, early stopping, epochs at most, what it is)
RUNS = {
    "original": ("original", True, 1000,
        "MPG among the ten inputs, the test set standardised by its own statistics; stops when val_loss has not fallen for 10 epochs"),
    "sound-early-stopping": ("sound", True, 1000, "nine inputs, training statistics for both sets; stops likewise"),
    "sound": ("sound", False, 1000, "nine inputs, training statistics for both sets; all 1,000 epochs"),
}  # fmt: skip


def load(protocol):
    """(x_train, y_train), (x_test, y_test) in the tutorial's rows and columns."""
    path = Path(os.environ["WGRAD_DATA"]) / "auto-mpg" / "auto-mpg.data"
    cars = pd.read_csv(path, names=COLUMNS, na_values="?", comment="\t", sep=" ", skipinitialspace=True).dropna()
    origin = cars.pop("Origin")
    for number, name in enumerate(["USA", "Europe", "Japan"], start=1):
        cars[name] = (origin == number) * 1.0
    train = cars.sample(frac=0.8, random_state=0)
    test = cars.drop(train.index)
    inputs = list(cars.columns) if protocol == "original" else [name for name in cars.columns if name != "MPG"]

    def scaled(part, by):
        return ((part[inputs] - by[inputs].mean()) / by[inputs].std(ddof=0)).to_numpy(np.float32)

    y_train, y_test = (part["MPG"].to_numpy(np.float32) for part in (train, test))
    return (scaled(train, train), y_train), (scaled(test, test if protocol == "original" else train), y_test)


def build(inputs):
    model = keras.Sequential(
        [
            keras.Input((inputs,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(1),
        ]
    )
    model.compile(loss="mse", optimizer=keras.optimizers.RMSprop(0.001), metrics=["mae", "mse"])
    return model


class Shuffled(keras.utils.PyDataset):
    """Batches in an order of `generator`'s for every epoch."""

    def __init__(self, x, y, generator):
        super().__init__()
        self.x, self.y, self.generator = x, y, generator
        self.on_epoch_end()

    def __len__(self):
        return -(-len(self.x) // BATCH)

    def __getitem__(self, step):
        rows = self.order[step * BATCH : (step + 1) * BATCH]
        return self.x[rows], self.y[rows]

    def on_epoch_end(self):
        self.order = self.generator.permutation(len(self.x))


def train(run, seed):
    protocol, early, epochs, _ = RUNS[run]
    (x, y), (x_test, y_test) = load(protocol)
    kept = int(len(x) * 0.8)  # as validation_split=0.2
    random.seed(seed)  # from which Keras seeds initialisers
    model = build(x.shape[1])
    callbacks = [keras.callbacks.EarlyStopping(monitor="val_loss", patience=10)] if early else []
    started = time.perf_counter()
    data = Shuffled(x[:kept], y[:kept], np.random.default_rng(seed))
    history = model.fit(data, epochs=epochs, validation_data=(x[kept:], y[kept:]), verbose=0, callbacks=callbacks)
    seconds = time.perf_counter() - started
    loss, mae, mse = model.evaluate(x_test, y_test, verbose=0)
    return {
        "run": run,
        "seed": seed,
        "epochs": len(history.epoch),
        "params": model.count_params(),
        "validation": {name: round(history.history[f"val_{name}"][-1], 6) for name in ("loss", "mae")},
        "test": {"loss": round(loss, 6), "mae": round(mae, 6), "mse": round(mse, 6)},
        "seconds": round(seconds, 2),
    }


def summarise(results):
    """Per run: mean and range of the test's mean absolute error, mean number of epochs."""
    summary = {}
    for run, (*_, about) in RUNS.items():
        mine = [r for r in results if r["run"] == run]
        if mine:
            errors = [r["test"]["mae"] for r in mine]
            summary[run] = {
                "about": about,
                "seeds": [r["seed"] for r in mine],
                "meanMae": round(statistics.mean(errors), 6),
                "minMae": min(errors),
                "maxMae": max(errors),
                "meanEpochs": round(statistics.mean(r["epochs"] for r in mine), 1),
            }
    return summary


def save(results):
    document = {
        "about": "Real Keras on the real Auto MPG data; RMSprop 0.001, batch 32, a new order in every epoch",
        "keras": keras.__version__,
        "threads": 1,
        "summary": summarise(results),
        "runs": sorted(results, key=lambda r: (list(RUNS).index(r["run"]), r["seed"])),
    }
    temporary = OUTPUT.with_suffix(".tmp")
    temporary.write_text(json.dumps(document, indent=1) + "\n")
    temporary.replace(OUTPUT)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", default="original,sound-early-stopping")
    arguments.add_argument("--seeds", default="0,1,2,3,4,5,6,7,8,9")
    options = arguments.parse_args()

    import tensorflow as tf

    os.nice(10)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    results = json.loads(OUTPUT.read_text())["runs"] if OUTPUT.exists() else []
    for run in options.only.split(","):
        for seed in map(int, options.seeds.split(",")):
            if any(r["run"] == run and r["seed"] == seed for r in results):
                continue
            results.append(train(run, seed))
            save(results)
            print(run, "seed", seed, results[-1]["epochs"], "epochs", results[-1]["test"], results[-1]["seconds"], "s", flush=True)


if __name__ == "__main__":
    main()
