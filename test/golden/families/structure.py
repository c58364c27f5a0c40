"""Normalisation, and the layers that merge or rearrange."""

import keras

from .support import array, layer_case, options, random, write


def normalization(rng):
    batch, image = rng.normal(6, 3), rng.normal(2, 3, 2, 3)
    cases = []
    for name, config in {
        "default": {},
        "options": dict(momentum=0.8, epsilon=0.01),
        "no-center": dict(center=False),
        "no-scale": dict(scale=False),
    }.items():
        for training in (True, False):
            suffix = "training" if training else "inference"
            cases.append(layer_case(f"batch-{name}-{suffix}", "BatchNormalization", config, [batch], rng, training=training))
    cases += [
        layer_case("batch-image-training", "BatchNormalization", {}, [image], rng, training=True),
        layer_case("batch-image-inference", "BatchNormalization", {}, [image], rng, training=False),
        layer_case("batch-axis-1-training", "BatchNormalization", dict(axis=1), [image], rng, training=True),
        layer_case("layer-default", "LayerNormalization", {}, [batch], rng),
        layer_case("layer-epsilon", "LayerNormalization", dict(epsilon=0.1), [batch], rng),
        layer_case("layer-no-center", "LayerNormalization", dict(center=False), [batch], rng),
        layer_case("layer-no-scale", "LayerNormalization", dict(scale=False), [batch], rng),
        layer_case("layer-image", "LayerNormalization", {}, [image], rng),
        layer_case("layer-axes", "LayerNormalization", dict(axis=[1, 2]), [image], rng),
    ]
    adapted = []
    for name, x, config in (("columns", rng.normal(20, 3, scale=4), {}), ("all", rng.normal(20, 3, scale=4), dict(axis=None)),
                            ("inverse", rng.normal(20, 3, scale=4), dict(invert=True))):  # fmt: skip
        layer = keras.layers.Normalization(**config)
        layer.adapt(x)
        adapted.append({"name": name, "config": options(**config), "input": array(x), "mean": array(layer.mean.numpy()),
                        "variance": array(layer.variance.numpy()), "output": array(layer(x).numpy())})  # fmt: skip
    write("normalization", "weightsAfter: moving mean and variance after one training call. adapted: Normalization "
          "fitted to its input, then applied to it.", cases=cases, adapted=adapted)  # fmt: skip


def merging(rng):
    a, b, c = rng.normal(2, 3, 4), rng.normal(2, 3, 4), rng.normal(2, 3, 4)
    cases = [
        layer_case(kind.lower(), kind, {}, [a, b, c] if kind != "Subtract" else [a, b], rng)
        for kind in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
    ]
    cases += [
        layer_case("add-broadcast", "Add", {}, [a, rng.normal(2, 1, 4)], rng),
        layer_case("concatenate", "Concatenate", {}, [a, rng.normal(2, 3, 2), b], rng),
        layer_case("concatenate-axis-1", "Concatenate", dict(axis=1), [a, rng.normal(2, 1, 4)], rng),
        layer_case("reshape", "Reshape", dict(target_shape=(4, 3)), [a], rng),
        layer_case("reshape-inferred", "Reshape", dict(target_shape=(-1, 2)), [a], rng),
        layer_case("permute", "Permute", dict(dims=(2, 1)), [a], rng),
        layer_case("permute-rank-4", "Permute", dict(dims=(3, 1, 2)), [rng.normal(2, 3, 2, 4)], rng),
        layer_case("repeat-vector", "RepeatVector", dict(n=3), [rng.normal(2, 4)], rng),
        layer_case("zero-padding-2d", "ZeroPadding2D", dict(padding=((1, 0), (2, 1))), [rng.normal(1, 2, 3, 2)], rng),
    ]
    write("merging", "Layers with several inputs, and layers that rearrange one.", cases=cases)


def make():
    rng = random(502)
    normalization(rng)
    merging(rng)
