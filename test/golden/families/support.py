"""Shared by all fixture families: seeded random arrays, the JSON format, and one recorded layer call."""

import json
import re
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

FOLDER = Path(__file__).resolve().parent.parent
DTYPES = {"float32": "f32", "float64": "f32", "int32": "i32", "int64": "i32", "bool": "bool", "uint8": "u8"}


def random(seed):
    """A generator whose numbers are rounded: short in JSON, and exactly what the fixture says."""
    return Random(np.random.default_rng(seed))


class Random:
    def __init__(self, generator):
        self.generator = generator

    def normal(self, *shape, scale=1.0, decimals=2):
        return np.round(self.generator.normal(0, scale, shape), decimals).astype(np.float32)

    def uniform(self, *shape, low=0.0, high=1.0, decimals=3):
        return np.round(self.generator.uniform(low, high, shape), decimals).astype(np.float32)

    def distinct(self, *shape):
        """No two equal, so that a maximum is in one place."""
        size = int(np.prod(shape))
        return ((self.generator.permutation(size) - size // 2) / np.float32(100)).astype(np.float32).reshape(shape)

    def integers(self, high, *shape, low=0):
        return self.generator.integers(low, high, shape).astype(np.int32)

    def probabilities(self, *shape):
        """Rows that sum to 1 up to rounding."""
        e = np.exp(self.generator.normal(0, 1.5, shape))
        return np.round(e / e.sum(-1, keepdims=True), 4).astype(np.float32)


def array(values):
    """{dtype, shape, data}: what a HostArray holds. Floats in the shortest digits that read back as the same f32."""
    values = np.asarray(values)
    dtype = DTYPES[str(values.dtype)]
    if dtype == "f32":
        values = values.astype(np.float32)
        if not np.isfinite(values).all():
            raise ValueError("a fixture holds only finite numbers")
    return {"dtype": dtype, "shape": list(values.shape), "data": Numbers(values.ravel())}


def arrays(values):
    return [None if v is None else array(v) for v in values]


def numbers(values):
    """A plain list of float32 numbers, for curves."""
    return Numbers(np.asarray(values, np.float32).ravel())


class Numbers:
    """A flat list, written on one line."""

    def __init__(self, values):
        self.values = values

    def __str__(self):
        return "[" + ",".join(map(number, self.values)) + "]"


def number(value):
    if isinstance(value, np.floating):
        plain = np.format_float_positional(value, unique=True, trim="-")
        return plain if len(plain) <= 14 else np.format_float_scientific(value, unique=True, trim="-", exp_digits=1)
    return str(int(value))


def encode(value, depth=0):
    """JSON, one line per array and per small object; deeper structures indented by one space."""
    if isinstance(value, Numbers):
        return str(value)
    if isinstance(value, dict):
        opening, closing = "{", "}"
        parts = [f"{json.dumps(str(key))}: {encode(inner, depth + 1)}" for key, inner in value.items()]
    elif isinstance(value, (list, tuple)):
        opening, closing = "[", "]"
        parts = [encode(inner, depth + 1) for inner in value]
    elif isinstance(value, np.generic):
        return number(value)
    else:
        return json.dumps(value, ensure_ascii=False)
    line = opening + ", ".join(parts) + closing
    is_array = isinstance(value, dict) and "data" in value
    if is_array or ("\n" not in line and len(line) <= 120):
        return line
    pad = "\n" + " " * (depth + 1)
    return opening + pad + ("," + pad).join(parts) + pad[:-1] + closing


def write(name, about, **content):
    document = {"about": about, "keras": keras.__version__, "tensorflow": tf.__version__, **content}
    path = FOLDER / f"{name}.json"
    path.write_text(encode(document) + "\n")
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def camel(name):
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


def options(**given):
    """Keras's keyword arguments under wgrad's names."""
    return {camel(key): shown(value) for key, value in given.items()}


def shown(value):
    if isinstance(value, dict):
        return {camel(key) if isinstance(key, str) else key: shown(inner) for key, inner in value.items()}
    return [shown(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def build_layer(layer, config):
    """A Keras layer from its class name; a wrapped layer is given as {layer, config} itself."""
    nested = {key: build_layer(**value) if isinstance(value, dict) and "layer" in value else value for key, value in config.items()}
    return getattr(keras.layers, layer)(**nested)


def set_random_weights(layer, rng, scale=0.5):
    """Weights that are random in every part, biases and scales included, and nowhere symmetric."""
    layer.set_weights(
        [
            np.abs(rng.normal(*w.shape, scale=scale, decimals=3)) + np.float32(0.5)
            if w.path.endswith(("moving_variance", "gamma"))
            else rng.normal(*w.shape, scale=scale, decimals=3)
            for w in layer.weights
        ]
    )


def output_mask(layer, inputs, keywords):
    mask = layer.compute_mask(inputs, keywords.get("mask"))
    mask = mask[0] if isinstance(mask, (list, tuple)) else mask
    return None if mask is None else mask.numpy()


def layer_case(name, kind, config, inputs, rng, *, training=None, mask=None, initial_state=None, weight_scale=0.5):
    """One call of the layer of class name `kind` inside a graph, with the gradients of sum(output · upstream)."""
    layer = build_layer(kind, config)
    inputs = [np.asarray(x) for x in inputs]
    tensors = [tf.constant(x) for x in inputs]
    argument = tensors[0] if len(tensors) == 1 else tensors
    keywords = {}
    if training is not None:
        keywords["training"] = training
    if mask is not None:
        keywords["mask"] = tf.constant(mask)
    states = [tf.constant(s) for s in initial_state or []]
    if states:
        keywords["initial_state"] = states
    layer(argument, **keywords)  # builds it
    if layer.weights:
        set_random_weights(layer, rng, weight_scale)
    before = layer.get_weights()

    first = tf.nest.flatten(layer(argument, **keywords))
    upstream = [rng.normal(*y.shape) for y in first]
    layer.set_weights(before)  # the call may have moved running statistics
    trainable = [w.value for w in layer.trainable_weights]
    differentiable = [t for t in tensors if t.dtype.is_floating] + states

    @tf.function
    def call():
        with tf.GradientTape() as tape:
            tape.watch(differentiable)
            outputs = tf.nest.flatten(layer(argument, **keywords))
            objective = tf.add_n([tf.reduce_sum(y * u) for y, u in zip(outputs, upstream)])
        return outputs, tape.gradient(objective, differentiable + trainable)

    outputs, gradients = call()
    gradients = [None if g is None else tf.convert_to_tensor(g).numpy() for g in gradients]
    input_gradients = iter(gradients[: len(differentiable) - len(states)])
    state_gradients = gradients[len(differentiable) - len(states) : len(differentiable)]
    after = layer.get_weights()

    case = {"name": name, "layer": kind, "config": options(**config), "inputs": arrays(inputs)}
    if training is not None:
        case["training"] = training
    if mask is not None:
        case["mask"] = array(np.asarray(mask))
    if states:
        case["initialState"] = arrays(initial_state)
    case["weightNames"] = [re.sub(r"_\d+", "", w.path.split("/", 1)[-1]) for w in layer.weights]
    case["weights"] = arrays(before)
    case["outputs"] = arrays([y.numpy() for y in outputs])
    if layer.supports_masking and (out_mask := output_mask(layer, argument, keywords)) is not None:
        case["outputMask"] = array(out_mask)
    case["upstream"] = arrays(upstream)
    case["inputGradients"] = arrays([next(input_gradients) if t.dtype.is_floating else None for t in tensors])
    if states:
        case["initialStateGradients"] = arrays(state_gradients)
    names = {id(w): g for w, g in zip(layer.trainable_weights, gradients[len(differentiable) :])}
    case["weightGradients"] = arrays([names.get(id(w)) for w in layer.weights])
    if any(not np.array_equal(a, b) for a, b in zip(before, after)):
        case["weightsAfter"] = arrays(after)
    return case
