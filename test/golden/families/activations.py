"""Activation functions by name, the Softmax layer, and Dense: values and gradients."""

import keras
import numpy as np
import tensorflow as tf

from .support import array, layer_case, options, random, write

PLAIN = ["relu", "sigmoid", "tanh", "softplus", "softsign", "elu", "selu", "gelu", "silu", "exponential", "linear",
         "hard_sigmoid", "leaky_relu", "relu6", "mish", "softmax", "log_softmax", "hard_silu", "log_sigmoid", "celu"]  # fmt: skip
WITH_OPTIONS = [
    ("gelu", dict(approximate=True)),
    ("gelu", dict(approximate=False)),
    ("leaky_relu", dict(negative_slope=0.3)),
    ("elu", dict(alpha=0.5)),
    ("relu", dict(negative_slope=0.1, max_value=2.0, threshold=0.25)),
]
EXTREMES = np.array([-60, -20, -9, -5, -2.5, -1, -0.1, -1e-3, 0, 1e-3, 0.1, 1, 2.5, 5, 9, 20, 60, 80], np.float32)


def activation_case(name, x, upstream, **config):
    function = getattr(keras.activations, name)

    @tf.function
    def call(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x, **config)
            objective = tf.reduce_sum(y * upstream)
        return y, tape.gradient(objective, x)

    y, gradient = call(tf.constant(x))
    return {"activation": name, "config": options(**config), "output": array(y.numpy()), "gradient": array(gradient.numpy())}


def activations(rng):
    x = np.stack([EXTREMES, EXTREMES[::-1] * np.float32(0.7), rng.normal(18, scale=2), rng.normal(18, scale=0.5)])
    upstream = rng.normal(*x.shape)
    cases = [activation_case(name, x, upstream) for name in PLAIN]
    cases += [activation_case(name, x, upstream, **config) for name, config in WITH_OPTIONS]
    assert keras.activations.get("swish") is keras.activations.silu
    write(
        "activations",
        "Each function on the same input; gradient is that of sum(output · upstream). swish is silu. At 0 the gradients "
        "are TensorFlow's choices; softmax and log_softmax run over the last axis.",
        input=array(x),
        upstream=array(upstream),
        cases=cases,
    )


def dense(rng):
    cases = [
        layer_case(f"dense-{activation}", "Dense", dict(units=4, activation=activation), [rng.normal(3, 5)], rng)
        for activation in (None, "relu", "sigmoid", "tanh", "softmax", "gelu", "elu", "softplus")
    ]
    cases += [
        layer_case("dense-no-bias", "Dense", dict(units=4, use_bias=False), [rng.normal(3, 5)], rng),
        layer_case("dense-rank-3", "Dense", dict(units=4, activation="relu"), [rng.normal(2, 3, 5)], rng),
        layer_case("dense-rank-3-softmax", "Dense", dict(units=4, activation="softmax"), [rng.normal(2, 3, 5)], rng),
        layer_case("dense-rank-4", "Dense", dict(units=2), [rng.normal(2, 3, 2, 5)], rng),
        layer_case("dense-one-by-one", "Dense", dict(units=1), [rng.normal(1, 1)], rng),
        layer_case("dense-wide", "Dense", dict(units=37), [rng.normal(5, 67)], rng, weight_scale=0.1),
        layer_case("flatten", "Flatten", {}, [rng.normal(3, 2, 4)], rng),
        layer_case("softmax", "Softmax", {}, [rng.normal(3, 5)], rng),
        layer_case("softmax-rank-3", "Softmax", {}, [rng.normal(2, 3, 4)], rng),
        layer_case("softmax-axis-1", "Softmax", dict(axis=1), [rng.normal(2, 3, 4)], rng),
        layer_case("activation-tanh", "Activation", dict(activation="tanh"), [rng.normal(3, 5)], rng),
        layer_case("relu", "ReLU", {}, [rng.normal(3, 5)], rng),
        layer_case("relu-options", "ReLU", dict(max_value=1.0, negative_slope=0.1), [rng.distinct(3, 5) * 30 + np.float32(0.07)], rng),
        layer_case("leaky-relu", "LeakyReLU", {}, [rng.normal(3, 5)], rng),
        layer_case("elu", "ELU", {}, [rng.normal(3, 5)], rng),
        layer_case("dropout-inference", "Dropout", dict(rate=0.4), [rng.normal(3, 5)], rng, training=False),
    ]
    write("layers", "Layer calls.", cases=cases)


def make():
    rng = random(203)
    activations(rng)
    dense(rng)
