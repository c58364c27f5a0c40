"""Every loss on plain arrays: values, and gradients of their sum."""

import keras
import numpy as np
import tensorflow as tf

from .support import array, options, random, write


def loss_case(name, loss, y_true, y_pred, sample_weight=None, **config):
    fn = loss(**config)
    pred = tf.constant(y_pred)

    @tf.function
    def call():
        with tf.GradientTape() as tape:
            tape.watch(pred)
            value = fn(y_true, pred, sample_weight=sample_weight)
            total = tf.reduce_sum(value)
        return value, tape.gradient(total, pred)

    value, gradient = call()
    case = {"name": name, "loss": loss.__name__, "config": options(**config), "yTrue": array(y_true), "yPred": array(y_pred)}
    if sample_weight is not None:
        case["sampleWeight"] = array(sample_weight)
    return case | {"value": array(value.numpy()), "gradient": array(tf.convert_to_tensor(gradient).numpy())}


def classes(rng):
    sparse, categorical = keras.losses.SparseCategoricalCrossentropy, keras.losses.CategoricalCrossentropy
    y, logits = rng.integers(7, 6), rng.normal(6, 7, scale=3)
    p, w = rng.probabilities(6, 7), rng.uniform(6, high=2)
    one_hot = np.eye(7, dtype=np.float32)[y]
    far = np.where(one_hot == 1, np.float32(-80), rng.normal(6, 7)).astype(np.float32)
    certain_wrong = np.eye(7, dtype=np.float32)[(y + 3) % 7]
    sums_to_two = p * np.float32(2)
    y3, logits3 = rng.integers(5, 2, 3), rng.normal(2, 3, 5)
    w3 = np.array([[1, 0, 2], [0.5, 1, 0]], np.float32)
    cases = []
    for kind, loss, target in (("sparse", sparse, y), ("categorical", categorical, one_hot)):
        cases += [
            loss_case(f"{kind}-probabilities", loss, target, p),
            loss_case(f"{kind}-probabilities-weighted", loss, target, p, w),
            loss_case(f"{kind}-certain-right", loss, target, one_hot),
            loss_case(f"{kind}-certain-wrong", loss, target, certain_wrong),
            loss_case(f"{kind}-unnormalised", loss, target, sums_to_two),
            loss_case(f"{kind}-logits", loss, target, logits, from_logits=True),
            loss_case(f"{kind}-logits-far", loss, target, far, from_logits=True),
            loss_case(f"{kind}-logits-weighted", loss, target, logits, w, from_logits=True),
            loss_case(f"{kind}-logits-sum", loss, target, logits, w, from_logits=True, reduction="sum"),
            loss_case(f"{kind}-logits-none", loss, target, logits, from_logits=True, reduction="none"),
            loss_case(f"{kind}-logits-none-weighted", loss, target, logits, w, from_logits=True, reduction="none"),
            loss_case(f"{kind}-logits-mean-with-weight", loss, target, logits, w, from_logits=True,
                      reduction="mean_with_sample_weight"),
        ]  # fmt: skip
    cases += [
        loss_case("sparse-column-labels", sparse, y[:, None], p),
        loss_case("sparse-sequence", sparse, y3, logits3, from_logits=True),
        loss_case("sparse-sequence-weighted", sparse, y3, logits3, w3, from_logits=True),
        loss_case("sparse-ignore-class", sparse, y, logits, from_logits=True, ignore_class=int(y[0])),
        loss_case("categorical-soft-labels", categorical, rng.probabilities(6, 7), logits, from_logits=True),
        loss_case("categorical-smoothed", categorical, one_hot, p, label_smoothing=0.1),
        loss_case("categorical-smoothed-logits", categorical, one_hot, logits, from_logits=True, label_smoothing=0.1),
    ]
    return cases


def binary(rng):
    loss = keras.losses.BinaryCrossentropy
    y, p, logits = rng.integers(2, 9, 1).astype(np.float32), rng.uniform(9, 1), rng.normal(9, 1, scale=3)
    w = rng.uniform(9, high=2)
    y2, p2, logits2 = rng.integers(2, 5, 3).astype(np.float32), rng.uniform(5, 3), rng.normal(5, 3, scale=3)
    both = np.array([[0], [1], [0], [1]], np.float32)
    saturated = np.array([[0], [0], [1], [1]], np.float32)
    tails = np.array([[-90], [-90], [90], [90]], np.float32)
    near = np.array([[5e-8], [5e-8], [1 - 6e-8], [1 - 6e-8]], np.float32)
    return [
        loss_case("binary-probabilities", loss, y, p),
        loss_case("binary-probabilities-weighted", loss, y, p, w),
        loss_case("binary-saturated", loss, both, saturated),
        loss_case("binary-within-epsilon", loss, both, near),
        loss_case("binary-logits", loss, y, logits, from_logits=True),
        loss_case("binary-logits-tails", loss, both, tails, from_logits=True),
        loss_case("binary-logits-sum", loss, y, logits, from_logits=True, reduction="sum"),
        loss_case("binary-logits-none", loss, y, logits, from_logits=True, reduction="none"),
        loss_case("binary-flat", loss, y[:, 0], p[:, 0]),
        loss_case("binary-flat-labels", loss, y[:, 0], p),
        loss_case("binary-several", loss, y2, p2),
        loss_case("binary-several-logits-none", loss, y2, logits2, from_logits=True, reduction="none"),
        loss_case("binary-smoothed", loss, y, p, label_smoothing=0.2),
        loss_case("binary-smoothed-logits", loss, y, logits, from_logits=True, label_smoothing=0.2),
    ]


def regression(rng):
    named = keras.losses
    y, p, w = rng.normal(6, 3), rng.normal(6, 3), rng.uniform(6, high=2)
    positive_y, positive_p = rng.uniform(6, 3, low=0.1, high=3), rng.uniform(6, 3, low=0.1, high=3)
    signs = np.where(rng.normal(6, 3) > 0, 1, -1).astype(np.float32)
    distribution, other = rng.probabilities(6, 3), rng.probabilities(6, 3)
    cases = []
    for kind, loss in (("mse", named.MeanSquaredError), ("mae", named.MeanAbsoluteError)):
        cases += [
            loss_case(kind, loss, y, p),
            loss_case(f"{kind}-weighted", loss, y, p, w),
            loss_case(f"{kind}-sum", loss, y, p, reduction="sum"),
            loss_case(f"{kind}-none", loss, y, p, reduction="none"),
            loss_case(f"{kind}-flat-labels", loss, y[:, 0], p[:, :1]),
            loss_case(f"{kind}-equal", loss, y, y.copy()),
        ]
    return cases + [
        loss_case("huber", named.Huber, y, p),
        loss_case("huber-delta", named.Huber, y, p, delta=0.5),
        loss_case("log-cosh", named.LogCosh, y, p),
        loss_case("hinge", named.Hinge, signs, p),
        loss_case("hinge-zero-one-labels", named.Hinge, (signs + 1) / 2, p),
        loss_case("squared-hinge", named.SquaredHinge, signs, p),
        loss_case("categorical-hinge", named.CategoricalHinge, np.eye(3, dtype=np.float32)[rng.integers(3, 6)], p),
        loss_case("mape", named.MeanAbsolutePercentageError, positive_y, positive_p),
        loss_case("msle", named.MeanSquaredLogarithmicError, positive_y, positive_p),
        loss_case("poisson", named.Poisson, positive_y, positive_p),
        loss_case("kl-divergence", named.KLDivergence, distribution, other),
        loss_case("cosine-similarity", named.CosineSimilarity, y, p),
    ]


def make():
    rng = random(201)
    write(
        "losses",
        "Loss objects on plain arrays: no logits behind the probabilities, so these are clipped to [1e-7, 1 − 1e-7]. "
        "gradient is that of sum(value) with respect to yPred.",
        cases=classes(rng) + binary(rng) + regression(rng),
    )
