"""Convolution and pooling, one and two dimensions."""

from .support import layer_case, random, write


def convolution(rng):
    x1, x2 = rng.normal(2, 9, 3), rng.normal(2, 7, 6, 3)
    cases = []
    for name, config in {
        "valid": {},
        "same": dict(padding="same"),
        "causal": dict(padding="causal"),
        "valid-stride": dict(strides=2),
        "same-stride": dict(padding="same", strides=2),
        "same-stride-3": dict(padding="same", strides=3),
        "dilation": dict(dilation_rate=2),
        "same-dilation": dict(padding="same", dilation_rate=2),
        "causal-dilation": dict(padding="causal", dilation_rate=2),
        "relu": dict(activation="relu"),
        "no-bias": dict(use_bias=False),
    }.items():
        cases.append(layer_case(f"conv1d-{name}", "Conv1D", dict(filters=4, kernel_size=3) | config, [x1], rng))
    cases.append(layer_case("conv1d-even-kernel-same", "Conv1D", dict(filters=2, kernel_size=4, padding="same"), [x1], rng))
    cases.append(layer_case("conv1d-pointwise", "Conv1D", dict(filters=2, kernel_size=1), [x1], rng))
    for name, config in {
        "valid": {},
        "same": dict(padding="same"),
        "valid-strides": dict(strides=(2, 1)),
        "same-strides": dict(padding="same", strides=2),
        "same-uneven-strides": dict(padding="same", strides=(3, 2)),
        "dilation": dict(dilation_rate=2),
        "same-dilation": dict(padding="same", dilation_rate=(1, 2)),
        "relu": dict(activation="relu"),
        "no-bias": dict(use_bias=False),
        "uneven-kernel": dict(kernel_size=(2, 3), padding="same"),
        "even-kernel-same": dict(kernel_size=4, padding="same", strides=2),
        "pointwise": dict(kernel_size=1),
    }.items():
        cases.append(layer_case(f"conv2d-{name}", "Conv2D", dict(filters=2, kernel_size=3) | config, [x2], rng))
    # Numbers of their own, so that what was drawn before stays.
    own = random(502)
    x1, x2 = own.normal(2, 7, 4), own.normal(2, 6, 5, 6)
    cases.append(layer_case("conv1d-groups", "Conv1D", dict(filters=6, kernel_size=3, groups=2, padding="causal", activation="tanh"), [x1], own))
    cases.append(layer_case("conv2d-groups", "Conv2D", dict(filters=3, kernel_size=2, groups=3, strides=2, activation="silu"), [x2], own))
    write("convolution", "Channels last. Kernels are [width, in, out] and [height, width, in, out].", cases=cases)


def pooling(rng):
    x1, x2 = rng.distinct(2, 9, 3), rng.distinct(2, 7, 6, 2)
    cases = []
    for kind in ("Max", "Average"):
        for name, config in {
            "default": dict(pool_size=2),
            "3": dict(pool_size=3),
            "overlapping": dict(pool_size=3, strides=1),
            "gaps": dict(pool_size=2, strides=3),
            "same": dict(pool_size=2, padding="same"),
            "same-overlapping": dict(pool_size=4, strides=2, padding="same"),
        }.items():
            cases.append(layer_case(f"{kind.lower()}1d-{name}", f"{kind}Pooling1D", config, [x1], rng))
        for name, config in {
            "default": dict(pool_size=2),
            "uneven": dict(pool_size=(2, 3)),
            "overlapping": dict(pool_size=3, strides=(1, 2)),
            "gaps": dict(pool_size=2, strides=3),
            "same": dict(pool_size=3, padding="same"),
            "same-overlapping": dict(pool_size=(3, 2), strides=1, padding="same"),
        }.items():
            cases.append(layer_case(f"{kind.lower()}2d-{name}", f"{kind}Pooling2D", config, [x2], rng))
        for keepdims in (False, True):
            config = dict(keepdims=True) if keepdims else {}
            suffix = "-keepdims" if keepdims else ""
            cases.append(layer_case(f"global-{kind.lower()}1d{suffix}", f"Global{kind}Pooling1D", config, [x1], rng))
            cases.append(layer_case(f"global-{kind.lower()}2d{suffix}", f"Global{kind}Pooling2D", config, [x2], rng))
    write("pooling", "Channels last; averages at a padded edge count only the real elements.", cases=cases)


def make():
    rng = random(501)
    convolution(rng)
    pooling(rng)
