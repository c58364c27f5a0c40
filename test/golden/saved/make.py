"""Writes the models of this folder with the real Keras 3, and what they predict (expected.json).

    python make.py

Every model is small, its weights are drawn from a seed, and most were trained for a few steps, so that the
optimizer has a state. `expected.json` holds for each file the inputs and the predictions.
"""
import json
import os
import zipfile

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
from keras import layers

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(5)


def classifier():
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(6, activation="relu", kernel_initializer=keras.initializers.RandomNormal(0.1, 0.4)),
            layers.Dropout(0.25),
            layers.Dense(3, use_bias=False),
            layers.Softmax(),
        ],
        name="classifier",
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x = rng.normal(size=(12, 4)).astype("float32")
    model.fit(x, rng.integers(0, 3, 12), epochs=2, batch_size=4, verbose=0)
    return model, x[:3]


def sequences():
    model = keras.Sequential(
        [
            keras.Input((8,), dtype="int32"),
            layers.Embedding(11, 4, mask_zero=True),
            layers.Permute((1, 2)),
            layers.MaxPooling1D(2, padding="same"),
            layers.AveragePooling1D(3, strides=1),
            layers.GlobalAveragePooling1D(),
            layers.Dense(1, kernel_initializer="he_normal"),
            layers.Activation("sigmoid"),
        ],
        name="sequences",
    )
    model.compile(
        keras.optimizers.RMSprop(0.01, rho=0.8, momentum=0.5),
        keras.losses.BinaryCrossentropy(label_smoothing=0.1),
        metrics=[keras.metrics.BinaryAccuracy(name="right", threshold=0.4)],
    )
    x = rng.integers(0, 11, (12, 8))
    model.fit(x, rng.integers(0, 2, (12, 1)), epochs=1, batch_size=4, verbose=0)
    return model, x[:3]


def images():
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.MaxPooling2D((2, 3), strides=(1, 2), padding="same"),
            layers.AveragePooling2D(2),
            layers.Reshape((-1, 2)),
            layers.Flatten(),
            layers.Dense(2, activation="leaky_relu"),
        ],
        name="images",
    )
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True), "mse", metrics=["mae"])
    x = rng.normal(size=(8, 6, 6, 2)).astype("float32")
    model.fit(x, rng.normal(size=(8, 2)), epochs=1, batch_size=4, verbose=0)
    return model, x[:3]


def words():
    x = rng.integers(1, 9, (3, 6))
    x[1, 4:] = 0
    return x


def bidirectional():
    model = keras.Sequential(
        [
            keras.Input((6,), dtype="int32"),
            layers.Embedding(9, 3, mask_zero=True),
            layers.Bidirectional(layers.LSTM(2, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(3, kernel_regularizer=keras.regularizers.L2(0.02))),
            layers.Bidirectional(layers.GRU(2), merge_mode="sum"),
            layers.Dense(1, kernel_constraint=keras.constraints.MaxNorm(3.0)),
        ],
        name="bidirectional",
    )
    rate = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
    model.compile(keras.optimizers.SGD(rate), keras.losses.BinaryCrossentropy(from_logits=True))
    return model, words()


def recurrent():
    ids = keras.Input((6,), dtype="int32", name="ids")
    vectors = layers.Embedding(9, 3, mask_zero=True)(ids)
    simple = layers.SimpleRNN(2, go_backwards=True)(vectors)
    old = layers.GRU(2, reset_after=False, dropout=0.1)(vectors)
    y, h, c = layers.LSTM(2, return_sequences=True, return_state=True)(vectors)
    last = layers.GlobalAveragePooling1D()(y)
    model = keras.Model(ids, layers.Dense(1)(layers.Concatenate()([simple, old, last, h, c])), name="recurrent")
    return model, words()


def regularized():
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(
                3, activation="silu", kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02), bias_constraint="non_neg",
                kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_out", "uniform"),
            ),
            layers.Dense(2, activity_regularizer=keras.regularizers.L1(0.003), kernel_initializer="orthogonal"),
        ],
        name="regularized",
    )
    model.compile(keras.optimizers.Adam(0.01, amsgrad=True, clipnorm=1.0, weight_decay=0.001), "mse")
    x = rng.normal(size=(8, 4)).astype("float32")
    model.fit(x, rng.normal(size=(8, 2)), epochs=1, batch_size=4, verbose=0)
    return model, x[:3]


def graph():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    shared = layers.Dense(4, activation="tanh", name="shared")
    u, v = shared(a), shared(b)
    merged = [
        merge([u, v])
        for merge in (
            layers.Add(), layers.Subtract(), layers.Multiply(), layers.Average(), layers.Maximum(), layers.Minimum(),
        )
    ]
    inner = keras.Sequential([keras.Input((24,)), layers.Dense(3, activation="gelu")], name="inner")
    y = inner(layers.Concatenate()(merged))
    outputs = [layers.Dense(1, name="first")(y), layers.Softmax(name="second")(y)]
    model = keras.Model([a, b], outputs, name="graph")
    return model, [rng.normal(size=(3, 3)).astype("float32") for _ in range(2)]


def pooled():
    image = keras.Input((4, 4, 3), name="image")
    means = layers.GlobalAveragePooling2D()(image)
    largest = layers.GlobalMaxPooling2D(keepdims=True)(image)
    rows = layers.Reshape((4, 12))(image)
    steps = layers.GlobalMaxPooling1D()(layers.Masking(0.5)(rows))
    flat = layers.Flatten()(largest)
    y = layers.Dense(2, bias_initializer="ones")(layers.Concatenate(axis=1)([means, flat, steps]))
    model = keras.Model(image, y, name="pooled")
    model.compile("sgd", "mae")
    return model, rng.normal(size=(3, 4, 4, 3)).astype("float32")


def convolutional():
    model = keras.Sequential(
        [
            keras.Input((7, 6, 2)),
            layers.Conv2D(4, (3, 2), strides=(2, 1), padding="same", activation="relu", kernel_regularizer=keras.regularizers.L2(0.01)),
            layers.Conv2D(6, 2, dilation_rate=(1, 2), groups=2, use_bias=False),
            layers.Reshape((-1, 6)),
            layers.Conv1D(3, 4, padding="causal", dilation_rate=2, activation="tanh", bias_initializer="ones"),
            layers.Flatten(),
            layers.Dense(2),
        ],
        name="convolutional",
    )
    model.compile("adam", "mse")
    x = rng.normal(size=(8, 7, 6, 2)).astype("float32")
    model.fit(x, rng.normal(size=(8, 2)), epochs=1, batch_size=4, verbose=0)
    return model, x[:3]


def compress(path):
    """Keras stores without compression; the same members, deflated."""
    with zipfile.ZipFile(path) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)


def main():
    keras.utils.set_random_seed(7)
    expected = {}
    for make in (classifier, sequences, images, graph, pooled, bidirectional, recurrent, regularized, convolutional):
        model, x = make()
        path = os.path.join(HERE, f"{make.__name__}.keras")
        model.save(path)
        if os.path.getsize(path) > 50_000:
            compress(path)
        y = model.predict(x, verbose=0)
        several = lambda v: [np.asarray(one).tolist() for one in (v if isinstance(v, list) else [v])]
        expected[make.__name__] = {"inputs": several(x), "outputs": several(y)}
    with open(os.path.join(HERE, "expected.json"), "w") as file:
        json.dump({"keras": keras.__version__, "models": expected}, file)
        file.write("\n")


if __name__ == "__main__":
    main()
