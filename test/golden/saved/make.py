"""Writes the models of this folder with the real Keras 3, and what they predict (expected.json).

    python make.py [NAME…]     # all, or these only

Every model is small, its weights are drawn from a seed, and most were trained for a few steps, so that the
optimizer has a state. `expected.json` holds for each file the inputs and the predictions.
"""
import json
import os
import sys
import zipfile

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
import tensorflow as tf
from keras import layers

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(5)
# Later models draw from another, so that they may be made without the first ones.
own = np.random.default_rng(6)


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


def padded():
    model = keras.Sequential(
        [
            keras.Input((5, 4, 2)),
            layers.ZeroPadding2D(((1, 0), (0, 2))),
            layers.BatchNormalization(momentum=0.8, epsilon=0.01, scale=False, beta_initializer="ones"),
            layers.ReLU(max_value=2.0, negative_slope=0.1, threshold=0.2),
            layers.PReLU(shared_axes=[1], alpha_initializer=keras.initializers.RandomUniform(0.1, 0.5), alpha_regularizer="l2"),
            layers.LayerNormalization(axis=[2, 3], epsilon=0.002),
            layers.GlobalMaxPooling2D(keepdims=True),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2),
        ],
        name="padded",
    )
    return trained(model, own.normal(size=(8, 5, 4, 2)).astype("float32"))


def normalized():
    table = own.normal(3.0, 2.0, size=(8, 3)).astype("float32")
    adapted = layers.Normalization()
    adapted.adapt(table)
    model = keras.Sequential(
        [
            keras.Input((3,)),
            adapted,
            layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[0.5, 1.5, 2.5], invert=True),
            layers.ELU(0.7),
            layers.RepeatVector(4),
            layers.LeakyReLU(0.2),
            layers.LayerNormalization(center=False),
            layers.BatchNormalization(axis=1, center=False),
            layers.GlobalMaxPooling1D(),
            layers.Dense(2),
        ],
        name="normalized",
    )
    return trained(model, table)


def masked():
    model = keras.Sequential(
        [
            keras.Input((5, 3)),
            layers.Masking(-1.0),
            layers.SimpleRNN(
                3, activation="relu", return_sequences=True, dropout=0.1, recurrent_dropout=0.2, kernel_regularizer="l2",
                recurrent_regularizer=keras.regularizers.L1(0.01), bias_constraint="non_neg", bias_initializer="ones",
            ),
            layers.Bidirectional(
                layers.LSTM(2, return_sequences=True, unit_forget_bias=False, recurrent_activation="hard_sigmoid", kernel_constraint="unit_norm"),
                merge_mode="mul",
            ),
            layers.Bidirectional(layers.GRU(2, reset_after=False, use_bias=False, return_sequences=True), merge_mode="ave"),
            layers.GlobalMaxPooling1D(),
            layers.Dense(2),
        ],
        name="masked",
    )
    x = own.normal(size=(8, 5, 3)).astype("float32")
    x[1, 3:] = -1
    return trained(model, x)


TEXTS = ["A good film!", "good, good GOOD", "not a bad film", "bad"]


def texts():
    encoder = layers.TextVectorization(max_tokens=6, output_sequence_length=5)
    encoder.adapt(TEXTS)
    model = keras.Sequential(
        [keras.Input((), dtype="string"), encoder, layers.Embedding(6, 3, mask_zero=True), layers.SimpleRNN(3, return_sequences=True),
         layers.GlobalAveragePooling1D(), layers.Dense(2)],
        name="texts",
    )
    return model, tf.constant(TEXTS)


def weighted():
    encoder = layers.TextVectorization(output_mode="tf_idf", ngrams=2)
    encoder.adapt(TEXTS)
    return keras.Sequential([keras.Input((1,), dtype="string"), encoder, layers.Dense(2)], name="weighted"), tf.constant([[text] for text in TEXTS])


def phrases():
    text = keras.Input((1,), dtype="string", name="text")
    encoder = layers.TextVectorization(
        max_tokens=9, output_mode="count", vocabulary=["a", "o", "d"], split="character", standardize="lower", pad_to_max_tokens=True,
    )
    model = keras.Model(text, layers.Dense(2)(encoder(text)), name="phrases")
    return model, tf.constant([[text] for text in TEXTS])


def everything():
    """All that has no place in the other functional models."""
    image, table, ids = keras.Input((6, 5, 2), name="image"), keras.Input((4,), name="table"), keras.Input((6,), dtype="int32", name="ids")
    u = layers.Conv2D(4, 3, strides=2, name="filters")(layers.ZeroPadding2D((2, 1))(image))
    u = layers.MaxPooling2D(2, strides=1)(layers.ReLU()(layers.BatchNormalization()(u)))
    u = layers.AveragePooling2D((1, 2), strides=1, padding="same")(layers.PReLU(alpha_constraint="non_neg")(u))
    u = layers.Conv1D(3, 2, padding="same")(layers.Reshape((-1, 4))(layers.Permute((2, 1, 3))(u)))
    u = layers.LayerNormalization()(layers.AveragePooling1D(2)(layers.MaxPooling1D(2, strides=1, padding="same")(u)))
    v = layers.Dropout(0.3)(layers.ELU()(layers.Dense(3)(layers.Normalization(axis=None, mean=0.5, variance=2.0)(table))))
    v = layers.TimeDistributed(layers.Dense(2))(layers.RepeatVector(3)(layers.Activation("tanh")(v)))
    forward, backward = layers.Bidirectional(layers.SimpleRNN(2), merge_mode=None)(layers.LeakyReLU()(v))
    w, *states = layers.Bidirectional(layers.LSTM(2, return_state=True, kernel_regularizer="l2"))(layers.Embedding(9, 3, mask_zero=True)(ids))
    y = layers.Dense(2)(layers.Concatenate()([layers.Flatten()(u), forward, backward, w, *states]))
    model = keras.Model([image, table, ids], y, name="everything")
    return trained(model, [own.normal(size=(8, 6, 5, 2)).astype("float32"), own.normal(size=(8, 4)).astype("float32"), np.tile(words(), (3, 1))[:8]])


def trained(model, x):
    """The model after two steps, and three samples of its data."""
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(x, own.normal(size=(8, 2)), epochs=1, batch_size=4, verbose=0)
    return model, [one[:3] for one in x] if isinstance(x, list) else x[:3]


def mixed():
    """Trained in half precision, with a loss scale; the last layer is in single precision, as Keras's guide has it."""
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        model = keras.Sequential(
            [
                keras.Input((4,)),
                layers.Dense(8, activation="relu"),
                layers.Dense(3),
                layers.Activation("softmax", dtype="float32"),
            ],
            name="mixed",
        )
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    finally:
        keras.mixed_precision.set_global_policy("float32")
    x = own.normal(size=(12, 4)).astype("float32")
    model.fit(x, own.integers(0, 3, 12), epochs=2, batch_size=4, verbose=0)
    return model, x[:3]


def compress(path):
    """Keras stores without compression; the same members, deflated."""
    with zipfile.ZipFile(path) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)


MODELS = [
    classifier, sequences, images, graph, pooled, bidirectional, recurrent, regularized, convolutional,
    padded, normalized, masked, texts, weighted, phrases, everything, mixed,
]


def nested(value):
    """Arrays and texts as JSON has them."""
    array = np.asarray(value)
    return np.char.decode(array.astype(bytes), "utf-8").tolist() if array.dtype == object else array.tolist()


def main(names):
    keras.utils.set_random_seed(7)
    file = os.path.join(HERE, "expected.json")
    expected = {}
    if names:
        with open(file) as stored:
            expected = json.load(stored)["models"]
    for make in MODELS:
        if names and make.__name__ not in names:
            continue
        model, x = make()
        path = os.path.join(HERE, f"{make.__name__}.keras")
        model.save(path)
        if os.path.getsize(path) > 50_000:
            compress(path)
        y = model.predict(x, verbose=0)
        several = lambda v: [nested(one) for one in (v if isinstance(v, list) else [v])]
        expected[make.__name__] = {"inputs": several(x), "outputs": several(y)}
    with open(file, "w") as out:
        json.dump({"keras": keras.__version__, "models": expected}, out)
        out.write("\n")


if __name__ == "__main__":
    main(sys.argv[1:])
