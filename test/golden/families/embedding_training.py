"""Fifty training steps of an embedding with pooling: words come many times in a batch, and some in few batches."""

import keras
import numpy as np
import tensorflow as tf

from .support import array, arrays, numbers, options, random, write
from .training import BATCH, STEPS, train

OPTIMIZERS = {
    "adam": (keras.optimizers.Adam, dict(learning_rate=0.01)),
    "rmsprop": (keras.optimizers.RMSprop, dict(learning_rate=0.01)),
    "sgd-momentum": (keras.optimizers.SGD, dict(learning_rate=0.5, momentum=0.9)),
}
WORDS, LENGTH = 60, 12


def summing(optimizer_class):
    """Keras 3 squares the entries of an embedding's sparse gradient one by one; here they are summed by row first, as
    the formulas say and as Keras 2 did."""

    class Summing(optimizer_class):
        def apply(self, grads, trainable_variables=None):
            super().apply([tf.convert_to_tensor(gradient) for gradient in grads], trainable_variables)

    return Summing


def make():
    rng = random(105)
    # Frequent words have small numbers; reviews are padded behind with 0.
    x = np.minimum((1 / rng.generator.uniform(1 / WORDS, 1, (STEPS, BATCH, LENGTH))).astype(np.int32), WORDS - 1)
    x[np.arange(LENGTH) >= rng.generator.integers(3, LENGTH + 1, (STEPS, BATCH, 1))] = 0
    y = ((x % 3 == 1).mean(-1) > 0.4).astype(np.float32)[..., None]
    weights = [rng.uniform(WORDS, 4, low=-0.05, high=0.05), rng.normal(4, 1, scale=0.5), rng.normal(1, scale=0.1)]
    runs = []
    for name, (optimizer_class, optimizer_options) in OPTIMIZERS.items():
        model = keras.Sequential([keras.Input((None,)), keras.layers.Embedding(WORDS, 4),
                                  keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(1, activation="sigmoid")])  # fmt: skip
        logs = train(model, weights, summing(optimizer_class)(**optimizer_options), "binary_crossentropy", ["accuracy"], x, y)
        runs.append({
            "name": name,
            "optimizer": optimizer_class.__name__,
            "optimizerConfig": options(**optimizer_options),
            "losses": numbers(logs["loss"]),
            "finalWeights": arrays(model.get_weights()),
        })  # fmt: skip
    about = (
        f"Embedding({WORDS}, 4) – GlobalAveragePooling1D – Dense 1 sigmoid, {STEPS} batches of {BATCH}; loss of each step before "
        "its update. The embedding's gradient is summed by row before the optimizer sees it."
    )
    write("embedding-training", about, x=array(x), y=array(y), weights=arrays(weights), runs=runs)
