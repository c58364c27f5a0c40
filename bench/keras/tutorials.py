"""Trains the models of a tutorial with the real Keras, as the tutorial does, and prints the seconds of each `fit` as JSON.

    WGRAD_DATA=<directory with the data sets> python bench/keras/tutorials.py TUTORIAL [--epochs N]

Called by `npm run bench -- keras`. Default threads, the same rows, epochs, batches and validation sets as the tutorial; whatever
Keras compiles at its first step counts, as it does for wgrad.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from unittest.mock import patch

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "test/golden"))

import keras
import reference_accuracy as reference


def fit(model, optimizer, loss, train, epochs, **options):
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    began = time.perf_counter()
    history = model.fit(*train, epochs=epochs, verbose=0, **options).history
    return {"seconds": time.perf_counter() - began, "loss": history["loss"][-1]}


def mnist_quickstart(epochs):
    train, _ = reference.load_images("mnist")
    model = reference.classifier(dropout=True, activation="softmax")
    yield "sound", fit(model, "adam", reference.NAMED_LOSS, train, epochs or 5)


def fashion_mnist(epochs):
    train, _ = reference.load_images("fashion-mnist")
    softmax = reference.classifier(dropout=False, activation="softmax")
    yield "softmax", fit(softmax, "adam", reference.NAMED_LOSS, train, epochs or 5)
    logits = reference.classifier(dropout=False, activation=None)
    yield "logits", fit(logits, "adam", reference.LOGITS_LOSS, train, epochs or 10)


def load_reviews(**padding):
    file = str(Path(os.environ["WGRAD_DATA"]) / "imdb" / "imdb.npz")
    # Keras would download the file; all else is its own.
    with patch("keras.src.datasets.imdb.get_file", lambda *_, **__: file):
        (x_train, y_train), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=10000)
    pad = lambda x: keras.utils.pad_sequences(x, **padding)
    return (pad(x_train), y_train), (pad(x_test), y_test)


def imdb_pooling(epochs):
    (x, y), _ = load_reviews(maxlen=256, padding="post")
    held, train = (x[:10000], y[:10000]), (x[10000:], y[10000:])
    yield "pooled", fit(reference.pooled(), "adam", "binary_crossentropy", train, epochs or 40, batch_size=512, validation_data=held)


def imdb_rnn_vs_lstm(epochs):
    train, test = load_reviews(maxlen=64)
    for name, layer in (("simple-rnn-64", keras.layers.SimpleRNN), ("lstm-64", keras.layers.LSTM)):
        inputs = keras.Input((64,))
        hidden = layer(128)(keras.layers.Embedding(10000, 256)(inputs))
        model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(hidden))
        yield name, fit(model, "adam", "binary_crossentropy", train, epochs or 1, batch_size=32, validation_data=test)


def auto_mpg(epochs):
    import reference_auto_mpg

    (x, y), _ = reference_auto_mpg.load("sound")
    model = reference_auto_mpg.build(x.shape[1])
    began = time.perf_counter()
    history = model.fit(x, y, batch_size=reference_auto_mpg.BATCH, epochs=epochs or 1000, validation_split=0.2, verbose=0).history
    yield "sound", {"seconds": time.perf_counter() - began, "loss": history["loss"][-1]}


TUTORIALS = {
    function.__name__.replace("_", "-"): function for function in (mnist_quickstart, fashion_mnist, imdb_pooling, imdb_rnn_vs_lstm, auto_mpg)
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("tutorial", choices=TUTORIALS)
    arguments.add_argument("--epochs", type=int)
    options = arguments.parse_args()
    runs = dict(TUTORIALS[options.tutorial](options.epochs))
    versions = {"Keras": keras.__version__, "TensorFlow": reference.tf.__version__}
    print(json.dumps({"runs": runs, "versions": versions}))


if __name__ == "__main__":
    main()
