"""Test accuracies of the real Keras on the real data, which wgrad's runs are compared with.

    WGRAD_DATA=<directory with mnist/, fashion-mnist/ and imdb/> python test/golden/reference_accuracy.py [--only RUN,…] [--seeds 0,1,…]

Writes reference-accuracy.json beside this file after every run, and keeps the runs already in it,
so it can be stopped and continued. One thread, nice 19: about a quarter of an hour in all.

The seed sets the initial weights, the dropout and the order of the training set, which is drawn anew for every
epoch. keras.utils.set_random_seed would not do: TensorFlow then shuffles into the same order in every epoch (tf.data
restarts the seeded tf.random.shuffle with each iterator). The …-one-order runs show what that does.
"""

import argparse
import gzip
import json
import os
import random
import statistics
import time
from pathlib import Path
from unittest.mock import patch

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras
import numpy as np
import tensorflow as tf

HERE = Path(__file__).parent
OUTPUT = HERE / "reference-accuracy.json"


def read_idx(path):
    """Reads a gzipped IDX file of bytes: magic number, one big-endian size per dimension, the bytes."""
    raw = gzip.decompress(path.read_bytes())
    rank = raw[3]
    shape = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(rank)]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def load_images(name):
    folder = Path(os.environ["WGRAD_DATA"]) / name
    x_train, y_train, x_test, y_test = (
        read_idx(folder / f"{part}-ubyte.gz")
        for part in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    )
    return (x_train / np.float32(255), y_train), (x_test / np.float32(255), y_test)


def load_reviews(name):
    """The tutorial's reviews: 10,000 words, 256 numbers each, padded behind; the first 10,000 of them are not trained on."""
    file = str(Path(os.environ["WGRAD_DATA"]) / name / "imdb.npz")
    # Keras would download the file; all else is its own.
    with patch("keras.src.datasets.imdb.get_file", lambda *_, **__: file):
        (x_train, y_train), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=10000)
    pad = lambda x: keras.utils.pad_sequences(x, maxlen=256, padding="post")
    return (pad(x_train)[10000:], y_train[10000:]), (pad(x_test), y_test)


def pooled():
    return keras.Sequential(
        [
            keras.Input((None,)),
            keras.layers.Embedding(10000, 16),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def classifier(*, dropout, activation):
    middle = [keras.layers.Dropout(0.2)] if dropout else []
    return keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            *middle,
            keras.layers.Dense(10, activation=activation),
        ]
    )


NAMED_LOSS = "sparse_categorical_crossentropy"
LOGITS_LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

# run: (data set, model options, loss, epochs, what it is)
RUNS = {
    "fashion-mnist/softmax": ("fashion-mnist", dict(dropout=False, activation="softmax"), NAMED_LOSS, 5,
        "softmax output, loss by name"),
    "fashion-mnist/logits": ("fashion-mnist", dict(dropout=False, activation=None), LOGITS_LOSS, 10,
        "logits output, loss object with from_logits"),
    "mnist-quickstart/softmax": ("mnist", dict(dropout=True, activation="softmax"), NAMED_LOSS, 5,
        "softmax output, loss by name"),
    "mnist-quickstart/softmax-as-logits": ("mnist", dict(dropout=True, activation="softmax"), LOGITS_LOSS, 5,
        "softmax output given to the loss object with from_logits; Keras 3 warns and uses the logits behind the softmax"),
    "mnist-quickstart/softmax-twice": ("mnist", dict(dropout=True, activation="softmax"), "softmax twice", 5,
        "softmax output, and softmax once more inside the loss: what from_logits says literally"),
    "mnist-quickstart/logits": ("mnist", dict(dropout=True, activation=None), LOGITS_LOSS, 5,
        "logits output, loss object with from_logits"),
    "fashion-mnist/softmax-one-order": ("fashion-mnist", dict(dropout=False, activation="softmax"), NAMED_LOSS, 5,
        "as softmax, but shuffled once, before the first epoch"),
    "fashion-mnist/logits-one-order": ("fashion-mnist", dict(dropout=False, activation=None), LOGITS_LOSS, 10,
        "as logits, but shuffled once, before the first epoch"),
    "imdb-pooling/pooled": ("imdb", dict(), "binary_crossentropy", 40,
        "Embedding(10000, 16), average over time, Dense 16, sigmoid output; batch 512; Keras 3 as it is (see SummedAdam)"),
    "imdb-pooling/pooled-summed": ("imdb", dict(), "binary_crossentropy", 40,
        "as pooled, but the embedding's gradient is summed before Adam squares it"),
}  # fmt: skip


class SummedAdam(keras.optimizers.Adam):
    """Adam as published, and as Keras 2 had it, for an embedding too: Keras 3 squares the sparse gradient's entries one by
    one, Σg² where (Σg)² is meant, so that rows of words that come twice in a batch take shorter steps."""

    def apply(self, grads, trainable_variables=None):
        super().apply([tf.convert_to_tensor(gradient) for gradient in grads], trainable_variables)


def softmax_twice(y_true, y_pred):
    # The product by 1 drops the reference to the logits that Keras keeps on a softmax output.
    return keras.losses.sparse_categorical_crossentropy(y_true, y_pred * 1.0, from_logits=True)


def train(run, seed):
    dataset, options, loss, epochs, _ = RUNS[run]
    reviews = dataset == "imdb"
    batch = 512 if reviews else 32
    (x_train, y_train), (x_test, y_test) = load_reviews(dataset) if reviews else load_images(dataset)
    random.seed(seed)  # from which Keras seeds initialisers and dropout
    orders = np.random.default_rng(seed)
    model = pooled() if reviews else classifier(**options)
    optimizer = SummedAdam() if run.endswith("summed") else "adam"
    model.compile(optimizer=optimizer, loss=softmax_twice if loss == "softmax twice" else loss, metrics=["accuracy"])
    history, seconds, order = {"loss": [], "accuracy": []}, [], None
    for _ in range(epochs):
        if order is None or not run.endswith("one-order"):
            order = orders.permutation(len(x_train))
        x, y = x_train[order], y_train[order]
        started = time.perf_counter()
        epoch = model.fit(x, y, batch_size=batch, shuffle=False, verbose=0)
        seconds.append(round(time.perf_counter() - started, 3))
        for key, values in epoch.history.items():
            history[key].append(round(float(values[0]), 6))
    test_loss, test_accuracy = model.evaluate(x_test, y_test, batch_size=32, verbose=0)
    return {
        "run": run,
        "seed": seed,
        "epochs": epochs,
        "batch": batch,
        "params": model.count_params(),
        "history": history,
        "test": {"loss": round(float(test_loss), 6), "accuracy": round(float(test_accuracy), 6)},
        "epochSeconds": seconds,
    }


def summarise(results):
    """Per run: mean and range of the test accuracy, mean test loss, median and fastest epoch after the first."""
    summary = {}
    for run, (*_, about) in RUNS.items():
        mine = [r for r in results if r["run"] == run]
        if not mine:
            continue
        accuracies = [r["test"]["accuracy"] for r in mine]
        later_epochs = [s for r in mine for s in r["epochSeconds"][1:]]
        summary[run] = {
            "about": about,
            "seeds": [r["seed"] for r in mine],
            "meanAccuracy": round(statistics.mean(accuracies), 6),
            "minAccuracy": min(accuracies),
            "maxAccuracy": max(accuracies),
            "meanLoss": round(statistics.mean(r["test"]["loss"] for r in mine), 6),
            "medianEpochSeconds": round(statistics.median(later_epochs), 3),
            "fastestEpochSeconds": min(later_epochs),
        }
    return summary


def save(results):
    document = {
        "about": "Real Keras on the real data; its defaults throughout (Adam 0.001, glorot_uniform), a new order in every epoch",
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "threads": 1,
        "summary": summarise(results),
        "runs": results,
    }
    temporary = OUTPUT.with_suffix(".tmp")
    temporary.write_text(json.dumps(document, indent=1) + "\n")
    temporary.replace(OUTPUT)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", default=",".join(RUNS))
    arguments.add_argument("--seeds", default="0,1,2,3,4")
    options = arguments.parse_args()
    os.nice(19)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)

    results = json.loads(OUTPUT.read_text())["runs"] if OUTPUT.exists() else []
    save(results)
    for run in options.only.split(","):
        for seed in map(int, options.seeds.split(",")):
            if any(r["run"] == run and r["seed"] == seed for r in results):
                continue
            result = train(run, seed)
            results.append(result)
            save(results)
            print(run, "seed", seed, result["test"], "median epoch", statistics.median(result["epochSeconds"]), "s", flush=True)


if __name__ == "__main__":
    main()
