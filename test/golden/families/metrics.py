"""Metric objects over several updates, and what the string 'accuracy' becomes."""

import keras
import numpy as np

from .support import array, numbers, options, random, write


def metric_case(name, metric, updates, **config):
    """`updates` are (yTrue, yPred[, sampleWeight]) or, for Mean and Sum, (values[, sampleWeight])."""
    m = metric(**config)
    plain = metric in (keras.metrics.Mean, keras.metrics.Sum)
    keys = ("values", "sampleWeight") if plain else ("yTrue", "yPred", "sampleWeight")
    results = []
    for update in updates:
        *values, weight = (*update, None) if len(update) < len(keys) else update
        m.update_state(*values, sample_weight=weight)
        results.append(float(m.result()))
    return {
        "name": name,
        "metric": metric.__name__,
        "config": options(**config),
        "updates": [{key: array(v) for key, v in zip(keys, update)} for update in updates],
        "results": numbers(results),
    }


def objects(rng):
    named = keras.metrics
    sparse, one_hot, binary, reals, weighted = [], [], [], [], []
    for rows in (5, 8, 3):
        y, p = rng.integers(6, rows), rng.probabilities(rows, 6)
        sparse.append((y, p, rng.uniform(rows, high=2)))
        one_hot.append((np.eye(6, dtype=np.float32)[y], p, sparse[-1][2]))
        binary.append((rng.integers(2, rows, 1), rng.normal(rows, 1), rng.uniform(rows, high=2)))
        reals.append((rng.normal(rows, 2), rng.normal(rows, 2), rng.uniform(rows, high=2)))
        weighted.append((rng.normal(rows), rng.uniform(rows, high=2)))

    def unweighted(updates):
        return [update[:-1] for update in updates]

    ties = [(np.array([0, 1, 2, 1], np.int32), np.array([[1, 1, 0], [1, 1, 0], [0, 2, 2], [3, 3, 3]], np.float32))]
    at_threshold = [(np.array([[1], [0], [1]], np.float32), np.array([[0.5], [0.5], [0.50001]], np.float32))]
    cases = []
    for name, metric, updates, config in (
        ("binary-accuracy", named.BinaryAccuracy, binary, {}),
        ("binary-accuracy-threshold-0", named.BinaryAccuracy, binary, dict(threshold=0.0)),
        ("sparse-categorical-accuracy", named.SparseCategoricalAccuracy, sparse, {}),
        ("categorical-accuracy", named.CategoricalAccuracy, one_hot, {}),
        ("sparse-top-2-accuracy", named.SparseTopKCategoricalAccuracy, sparse, dict(k=2)),
        ("top-2-accuracy", named.TopKCategoricalAccuracy, one_hot, dict(k=2)),
        ("mae", named.MeanAbsoluteError, reals, {}),
        ("mse", named.MeanSquaredError, reals, {}),
        ("rmse", named.RootMeanSquaredError, reals, {}),
        ("sparse-crossentropy", named.SparseCategoricalCrossentropy, sparse, {}),
        ("categorical-crossentropy", named.CategoricalCrossentropy, one_hot, {}),
        ("binary-crossentropy-logits", named.BinaryCrossentropy, binary, dict(from_logits=True)),
        ("mean", named.Mean, weighted, {}),
        ("sum", named.Sum, weighted, {}),
    ):
        cases.append(metric_case(name, metric, unweighted(updates), **config))
        cases.append(metric_case(f"{name}-weighted", metric, updates, **config))
    cases.append(metric_case("sparse-accuracy-ties", named.SparseCategoricalAccuracy, ties))
    cases.append(metric_case("binary-accuracy-at-threshold", named.BinaryAccuracy, at_threshold))
    sequence = [(rng.integers(4, 2, 3), rng.probabilities(2, 3, 4), rng.uniform(2, 3, high=2)) for _ in range(2)]
    cases.append(metric_case("sparse-accuracy-sequence", named.SparseCategoricalAccuracy, unweighted(sequence)))
    cases.append(metric_case("sparse-accuracy-sequence-weighted", named.SparseCategoricalAccuracy, sequence))
    cases.append(metric_case("mean-nothing-weighted", named.Mean, [(weighted[0][0], np.zeros(5, np.float32))]))
    return cases


def areas(rng):
    updates = []
    for rows in (40, 25):
        y = rng.integers(2, rows, 1)
        p = np.round(1 / (1 + np.exp(-rng.normal(rows, 1, scale=1.5) - y + 0.5)), 2).astype(np.float32)
        updates.append((y, p, rng.uniform(rows, high=2)))
    updates[0][1][:4, 0] = 0, 1, 0.5, 0.25
    logits = [(y, rng.normal(len(y), 1, scale=3)) for y, *_ in updates]
    extreme = [(np.ones((3, 1), np.int32), np.array([[0.2], [0.6], [1]], np.float32))]
    unweighted = [update[:-1] for update in updates]
    cases = []
    for curve in ("ROC", "PR"):
        for method in ("interpolation", "minoring", "majoring"):
            given = dict(curve=curve, summation_method=method)
            cases.append(metric_case(f"auc-{curve.lower()}-{method}", keras.metrics.AUC, unweighted, **given))
        cases.append(metric_case(f"auc-{curve.lower()}-weighted", keras.metrics.AUC, updates, curve=curve))
        cases.append(metric_case(f"auc-{curve.lower()}-one-class", keras.metrics.AUC, extreme, curve=curve))
    cases.append(metric_case("auc-five-thresholds", keras.metrics.AUC, unweighted, num_thresholds=5))
    cases.append(metric_case("auc-given-thresholds", keras.metrics.AUC, unweighted, thresholds=[0.9, 0.1, 0.25, 0.5]))
    cases.append(metric_case("auc-logits", keras.metrics.AUC, logits, from_logits=True))
    return cases


def resolution_case(name, y_true, y_pred, loss):
    """evaluate() of a model that hands its input on, compiled with metrics=['accuracy']."""
    model = keras.Sequential([keras.Input(y_pred.shape[1:]), keras.layers.Activation("linear")])
    model.compile(loss=loss, metrics=["accuracy"], jit_compile=False)
    result = model.evaluate(y_pred, y_true, batch_size=4, verbose=0, return_dict=True)
    (resolved,) = [m for m in model.metrics[1].metrics]
    return {
        "name": name,
        "loss": loss.__name__,
        "lossConfig": options(from_logits=True) if hasattr(loss, "from_logits") else {},
        "yTrue": array(y_true),
        "yPred": array(y_pred),
        "resolved": type(resolved).__name__,
        "evaluate": {key: np.float32(value) for key, value in result.items()},
    }


def resolution(rng):
    named = keras.losses
    sparse = named.SparseCategoricalCrossentropy(from_logits=True)
    categorical = named.CategoricalCrossentropy(from_logits=True)
    binary = named.BinaryCrossentropy(from_logits=True)
    for loss in (sparse, categorical, binary):
        loss.__name__ = type(loss).__name__
        loss.from_logits = True
    mse = named.MeanSquaredError()
    mse.__name__ = "MeanSquaredError"
    y, logits = rng.integers(5, 10), rng.normal(10, 5, scale=2)
    bits = rng.integers(2, 10).astype(np.float32)
    return [
        resolution_case("labels [n], outputs [n, k]", y, logits, sparse),
        resolution_case("labels [n, 1], outputs [n, k]", y[:, None], logits, sparse),
        resolution_case("one-hot labels", np.eye(5, dtype=np.float32)[y], logits, categorical),
        resolution_case("several binary outputs", rng.integers(2, 10, 5).astype(np.float32), logits, binary),
        resolution_case("one output, labels [n]", bits, logits[:, :1], binary),
        resolution_case("one output, labels [n, 1]", bits[:, None], logits[:, :1], binary),
        resolution_case("one output, mse", bits[:, None], logits[:, :1], mse),
        resolution_case("labels [n, t], outputs [n, t, k]", rng.integers(5, 6, 3), rng.normal(6, 3, 5), sparse),
        resolution_case("labels [n, t, 1], outputs [n, t, 1]", rng.integers(2, 6, 3, 1).astype(np.float32), rng.normal(6, 3, 1), binary),
    ]


def make():
    rng = random(202)
    write(
        "metrics",
        "cases: results[i] is result() after updates[0…i]. resolution: a model that hands yPred on, compiled with "
        "metrics=['accuracy'], evaluated in batches of 4.",
        cases=[*objects(rng), *areas(random(203))],
        resolution=resolution(rng),
    )
