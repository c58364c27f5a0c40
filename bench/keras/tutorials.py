"""Trains the models of a tutorial with the real Keras, as the tutorial does, and prints the seconds of each `fit` as JSON.

    WGRAD_DATA=<directory with the data sets> python bench/keras/tutorials.py TUTORIAL [--epochs N]

Called by `npm run bench -- keras`. Default threads, the same rows, epochs, batches and validation sets as the tutorial; whatever
Keras compiles at its first step counts, as it does for wgrad.
"""

import argparse
import gzip
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


def mnist_custom_training(epochs):
    """The tutorial's own loop, in a tf.function, in place of `fit`."""
    tf = reference.tf
    train, test = reference.load_images("mnist")
    batches = lambda data: tf.data.Dataset.from_tensor_slices((data[0][..., None], data[1]))
    train_set, test_set = batches(train).shuffle(10000).batch(32), batches(test).batch(32)
    model = keras.Sequential(
        [
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10),
        ]
    )
    model.build((None, 28, 28, 1))
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    train_loss, test_loss = keras.metrics.Mean(), keras.metrics.Mean()
    train_accuracy, test_accuracy = keras.metrics.SparseCategoricalAccuracy(), keras.metrics.SparseCategoricalAccuracy()

    @tf.function
    def train_step(images, labels):
        with tf.GradientTape() as tape:
            predictions = model(images, training=True)
            loss = reference.LOGITS_LOSS(labels, predictions)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        train_loss(loss)
        train_accuracy(labels, predictions)

    @tf.function
    def test_step(images, labels):
        predictions = model(images, training=False)
        test_loss(reference.LOGITS_LOSS(labels, predictions))
        test_accuracy(labels, predictions)

    began = time.perf_counter()
    for _ in range(epochs or 5):
        for metric in (train_loss, train_accuracy, test_loss, test_accuracy):
            metric.reset_state()
        for images, labels in train_set:
            train_step(images, labels)
        for images, labels in test_set:
            test_step(images, labels)
    yield "custom", {"seconds": time.perf_counter() - began, "loss": float(train_loss.result())}


def load_texts():
    def read(part):
        with gzip.open(Path(os.environ["WGRAD_DATA"]) / "imdb" / f"aclImdb_{part}.jsonl.gz", "rt") as lines:
            rows = [json.loads(line) for line in lines]
        return reference.tf.data.Dataset.from_tensor_slices(([row["text"] for row in rows], [row["label"] for row in rows]))

    return read("train").shuffle(10000).batch(64).prefetch(reference.tf.data.AUTOTUNE), read("test").batch(64)


def encoder_of(train):
    encoder = keras.layers.TextVectorization(max_tokens=1000)
    encoder.adapt(train.map(lambda text, label: text))
    return encoder


def fit_texts(layers, loss, rate, train, test, epochs, **options):
    model = keras.Sequential([keras.Input((), dtype="string"), *layers])
    optimizer = keras.optimizers.Adam(rate)
    return fit(model, optimizer, loss, (train,), epochs, validation_data=test, validation_steps=30, **options)


def imdb_bidirectional(epochs):
    train, test = load_texts()
    layers = [
        encoder_of(train),
        keras.layers.Embedding(1000, 64, mask_zero=True),
        keras.layers.Bidirectional(keras.layers.LSTM(64)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(1),
    ]
    yield "single", fit_texts(layers, keras.losses.BinaryCrossentropy(from_logits=True), 1e-4, train, test, epochs or 10)


def imdb_vectorized_rnn(epochs):
    train, test = load_texts()
    encoder = encoder_of(train)
    for name, layer in (("lstm-mask-last", keras.layers.LSTM(16)), ("rnn-mask-last", keras.layers.SimpleRNN(16))):
        layers = [encoder, keras.layers.Embedding(1000, 50, mask_zero=True), layer, keras.layers.Dense(1, activation="sigmoid")]
        yield name, fit_texts(layers, "binary_crossentropy", 1e-4, train.repeat(), test, epochs or 3, steps_per_epoch=100)


def auto_mpg(epochs):
    import reference_auto_mpg

    (x, y), _ = reference_auto_mpg.load("sound")
    model = reference_auto_mpg.build(x.shape[1])
    began = time.perf_counter()
    history = model.fit(x, y, batch_size=reference_auto_mpg.BATCH, epochs=epochs or 1000, validation_split=0.2, verbose=0).history
    yield "sound", {"seconds": time.perf_counter() - began, "loss": history["loss"][-1]}


TUTORIALS = {
    function.__name__.replace("_", "-"): function
    for function in (
        mnist_quickstart,
        fashion_mnist,
        mnist_custom_training,
        imdb_pooling,
        imdb_vectorized_rnn,
        imdb_rnn_vs_lstm,
        imdb_bidirectional,
        auto_mpg,
    )
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
