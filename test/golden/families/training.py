"""Small models trained for 50 steps, and whole fits: the loss of every step must be reproduced."""

import keras
import numpy as np

from .support import array, arrays, numbers, options, random, write

STEPS, BATCH = 50, 8

GRAPH = (
    "Loss of each train_on_batch in graph mode without XLA, before that step's update. "
    "Keras computes the loss of a softmax or sigmoid output from the logits behind it, so nothing is clipped."
)

OPTIMIZERS = {
    "adam": (keras.optimizers.Adam, {}),
    "adam-large-steps": (keras.optimizers.Adam, dict(learning_rate=0.01, beta_1=0.8, beta_2=0.99, epsilon=1e-3)),
    "adam-amsgrad": (keras.optimizers.Adam, dict(learning_rate=0.01, beta_2=0.9, amsgrad=True)),
    "sgd": (keras.optimizers.SGD, {}),
    "sgd-momentum": (keras.optimizers.SGD, dict(momentum=0.9)),
    "sgd-nesterov": (keras.optimizers.SGD, dict(momentum=0.9, nesterov=True)),
    "rmsprop": (keras.optimizers.RMSprop, {}),
    "rmsprop-momentum": (keras.optimizers.RMSprop, dict(momentum=0.9)),
    "rmsprop-centered": (keras.optimizers.RMSprop, dict(centered=True)),
}


def mlp(units, activation, regularizer=None):
    return keras.Sequential(
        [
            keras.Input((4, 5)),
            keras.layers.Flatten(),
            keras.layers.Dense(16, activation="relu", kernel_regularizer=regularizer),
            keras.layers.Dense(units, activation=activation),
        ]
    )


def train(model, weights, optimizer, loss, metrics, x, y):
    """One train_on_batch per leading row of x and y; returns the logs of every step."""
    model.set_weights(weights)
    model.compile(optimizer=optimizer, loss=loss, metrics=metrics, jit_compile=False)
    steps = [model.train_on_batch(a, b, return_dict=True) for a, b in zip(x, y)]
    return {key: [step[key] for step in steps] for key in steps[0]}


def run(name, activation, loss, loss_options, optimizer, weights, x, y, metrics, regularizer=None):
    optimizer_class, optimizer_options = OPTIMIZERS[optimizer]
    model = mlp(weights[-1].shape[0], activation, regularizer and keras.regularizers.L2(regularizer))
    logs = train(model, weights, optimizer_class(**optimizer_options), loss(**loss_options), metrics, x, y)
    case = {
        "name": name,
        "activation": activation,
        "loss": loss.__name__,
        "lossConfig": options(**loss_options),
        "optimizer": optimizer_class.__name__,
        "optimizerConfig": options(**optimizer_options),
    }
    if regularizer:
        case["hiddenKernelL2"] = regularizer
    losses = logs.pop("loss")
    case["losses"] = numbers(losses)
    case["metrics"] = {key: numbers(values) for key, values in logs.items()}
    case["finalWeights"] = arrays(model.get_weights())
    return case


def labels(rng, x, classes):
    """Classes that can be learned: the largest of random linear functions of x."""
    features = x.reshape(-1, 20)
    y = (features @ rng.normal(20, classes)).argmax(-1).astype(np.int32)
    return y.reshape(x.shape[:-2])


def initial_weights(rng, units):
    return [rng.normal(20, 16, scale=0.25, decimals=3), rng.normal(16, scale=0.1, decimals=3),
            rng.normal(16, units, scale=0.3, decimals=3), rng.normal(units, scale=0.1, decimals=3)]  # fmt: skip


def write_mlp(name, about, rng, units, x, y, runs, metrics):
    weights = initial_weights(rng, units)
    content = [
        run(case, activation, loss, loss_options, optimizer, weights, x, y, metrics, *rest)
        for case, activation, loss, loss_options, optimizer, *rest in runs
    ]
    write(name, f"{about} {GRAPH}", x=array(x), y=array(y), weights=arrays(weights), runs=content)


def classification():
    rng = random(101)
    x = rng.normal(STEPS, BATCH, 4, 5)
    loss = keras.losses.SparseCategoricalCrossentropy
    runs = [(name, "softmax", loss, {}, name) for name in OPTIMIZERS]
    runs.append(("adam-logits", None, loss, dict(from_logits=True), "adam"))
    runs.append(("sgd-momentum-logits", None, loss, dict(from_logits=True), "sgd-momentum"))
    runs.append(("adam-softmax-as-logits", "softmax", loss, dict(from_logits=True), "adam"))
    runs.append(("adam-l2", "softmax", loss, {}, "adam", 0.01))
    about = "Flatten(4×5) – Dense 16 relu – Dense 10, ten classes."
    write_mlp("mlp-classification", about, rng, 10, x, labels(rng, x, 10), runs, ["accuracy"])


def binary():
    rng = random(102)
    x = rng.normal(STEPS, BATCH, 4, 5)
    loss = keras.losses.BinaryCrossentropy
    runs = [("adam", "sigmoid", loss, {}, "adam"), ("adam-logits", None, loss, dict(from_logits=True), "adam"),
            ("sgd-momentum", "sigmoid", loss, {}, "sgd-momentum"), ("rmsprop", "sigmoid", loss, {}, "rmsprop")]  # fmt: skip
    about = "Flatten(4×5) – Dense 16 relu – Dense 1, labels 0 and 1. accuracy has threshold 0.5, on logits too."
    write_mlp("mlp-binary", about, rng, 1, x, labels(rng, x, 2)[..., None], runs, ["accuracy"])


def regression():
    rng = random(103)
    x = rng.normal(STEPS, BATCH, 4, 5)
    mse, mae = keras.losses.MeanSquaredError, keras.losses.MeanAbsoluteError
    runs = [("mse-adam", None, mse, {}, "adam"), ("mse-rmsprop", None, mse, {}, "rmsprop"),
            ("mse-sgd-nesterov", None, mse, {}, "sgd-nesterov"), ("mae-adam", None, mae, {}, "adam")]  # fmt: skip
    about = "Flatten(4×5) – Dense 16 relu – Dense 1, real targets."
    write_mlp("mlp-regression", about, rng, 1, x, rng.normal(STEPS, BATCH, 1), runs, ["mae", "mse"])


def fit():
    """Epoch logs of fit, with a ragged last batch, validation data or split, sample weights; then evaluate, predict."""
    rng = random(104)
    x = rng.normal(45 + 21, 4, 5)
    y = labels(rng, x, 10)
    x, x_test, y, y_test = x[:45], x[45:], y[:45], y[45:]
    sample_weight = rng.uniform(45, low=0.2, high=2.0, decimals=2)
    weights = initial_weights(rng, 10)
    cases = []
    for name, arguments in {
        "validation-data": dict(validation_data=(x_test, y_test)),
        "validation-split": dict(validation_split=0.2),
        "sample-weight": dict(sample_weight=sample_weight),
        "class-weight": dict(class_weight={i: 0.5 + 0.25 * i for i in range(10)}),
        "initial-epoch": dict(initial_epoch=1),
    }.items():
        model = mlp(10, "softmax")
        model.set_weights(weights)
        model.compile(optimizer=keras.optimizers.Adam(0.02), loss="sparse_categorical_crossentropy",
                      metrics=["accuracy"], jit_compile=False)  # fmt: skip
        history = model.fit(x, y, epochs=3, batch_size=8, shuffle=False, verbose=0, **arguments)
        given = {key: True for key in arguments if key in ("validation_data", "sample_weight")}
        given |= {key: arguments[key] for key in arguments if key in ("validation_split", "initial_epoch", "class_weight")}
        cases.append(
            {
                "name": name,
                "config": options(epochs=3, batch_size=8, shuffle=False, **given),
                "epoch": history.epoch,
                "history": {key: numbers(values) for key, values in history.history.items()},
                "evaluate": numbers(model.evaluate(x_test, y_test, batch_size=8, verbose=0)),
                "predict": array(model.predict(x_test, batch_size=8, verbose=0)),
                "finalWeights": arrays(model.get_weights()),
            }
        )
    about = (
        "Flatten(4×5) – Dense 16 relu – Dense 10 softmax, Adam 0.02, sparse categorical cross-entropy: three epochs of fit "
        "without shuffling, then evaluate and predict on xTest. In config, `true` stands for the arrays of that name here."
    )
    write("fit", about, x=array(x), y=array(y), xTest=array(x_test), yTest=array(y_test),
          sampleWeight=array(sample_weight), weights=arrays(weights), cases=cases)  # fmt: skip


def make():
    classification()
    binary()
    regression()
    fit()
