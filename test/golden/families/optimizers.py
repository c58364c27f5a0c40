"""Update rules alone: two variables, given gradients, the variables after every step."""

import keras
import numpy as np
import tensorflow as tf

from .support import array, arrays, options, random, write

STEPS = 8

# name: (class, options)
PLAIN = {
    "sgd": ("SGD", {}),
    "sgd-momentum": ("SGD", dict(momentum=0.9)),
    "sgd-nesterov": ("SGD", dict(momentum=0.9, nesterov=True)),
    "adam": ("Adam", {}),
    "adam-options": ("Adam", dict(learning_rate=0.05, beta_1=0.7, beta_2=0.95, epsilon=1e-2)),
    "adam-amsgrad": ("Adam", dict(amsgrad=True, beta_2=0.6)),
    "rmsprop": ("RMSprop", {}),
    "rmsprop-options": ("RMSprop", dict(learning_rate=0.05, rho=0.7, epsilon=1e-2)),
    "rmsprop-momentum": ("RMSprop", dict(momentum=0.8)),
    "rmsprop-centered": ("RMSprop", dict(centered=True)),
    "rmsprop-centered-momentum": ("RMSprop", dict(centered=True, momentum=0.8)),
    "adamw": ("AdamW", {}),
    "adamw-decay": ("AdamW", dict(learning_rate=0.05, weight_decay=0.1)),
    "sgd-decay": ("SGD", dict(momentum=0.9, weight_decay=0.1)),
    "adagrad": ("Adagrad", {}),
    "adadelta": ("Adadelta", dict(learning_rate=0.5)),
    "adamax": ("Adamax", {}),
    "nadam": ("Nadam", {}),
    "lion": ("Lion", {}),
    "ftrl": ("Ftrl", dict(l1_regularization_strength=0.01, l2_regularization_strength=0.02)),
    "adam-clipnorm": ("Adam", dict(clipnorm=0.7)),
    "adam-clipvalue": ("Adam", dict(clipvalue=0.3)),
    "adam-global-clipnorm": ("Adam", dict(global_clipnorm=0.7)),
    "sgd-clipnorm": ("SGD", dict(clipnorm=0.7)),
    "sgd-clipvalue": ("SGD", dict(clipvalue=0.3)),
    "sgd-global-clipnorm": ("SGD", dict(global_clipnorm=0.7)),
}

# name: (schedule class, its options)
SCHEDULES = {
    "exponential": ("ExponentialDecay", dict(initial_learning_rate=0.1, decay_steps=10, decay_rate=0.5)),
    "exponential-staircase": ("ExponentialDecay",
        dict(initial_learning_rate=0.1, decay_steps=10, decay_rate=0.5, staircase=True)),
    "piecewise": ("PiecewiseConstantDecay", dict(boundaries=[5, 12], values=[0.1, 0.02, 0.005])),
    "polynomial": ("PolynomialDecay",
        dict(initial_learning_rate=0.1, decay_steps=15, end_learning_rate=0.01, power=2.0)),
    "polynomial-cycle": ("PolynomialDecay",
        dict(initial_learning_rate=0.1, decay_steps=10, end_learning_rate=0.01, cycle=True)),
    "inverse-time": ("InverseTimeDecay", dict(initial_learning_rate=0.1, decay_steps=10, decay_rate=0.5)),
    "inverse-time-staircase": ("InverseTimeDecay",
        dict(initial_learning_rate=0.1, decay_steps=10, decay_rate=0.5, staircase=True)),
    "cosine": ("CosineDecay", dict(initial_learning_rate=0.1, decay_steps=20, alpha=0.1)),
    "cosine-warmup": ("CosineDecay",
        dict(initial_learning_rate=0.0, decay_steps=20, warmup_target=0.1, warmup_steps=6)),
    "cosine-restarts": ("CosineDecayRestarts",
        dict(initial_learning_rate=0.1, first_decay_steps=6, t_mul=2.0, m_mul=0.8, alpha=0.1)),
}  # fmt: skip


def optimizer_case(name, optimizer, config, start, gradients):
    variables = [keras.Variable(v) for v in start]
    optimizer.build(variables)

    @tf.function
    def step(step_gradients):
        optimizer.apply_gradients(zip(step_gradients, variables))

    after = []
    for step_gradients in gradients:
        step([tf.constant(g) for g in step_gradients])
        after.append(arrays([v.numpy() for v in variables]))
    return {"name": name, "optimizer": type(optimizer).__name__, "config": config, "after": after}


def updates(rng):
    start = [rng.normal(3, 4), rng.normal(5)]
    # Sizes from tiny to large, so that the place of epsilon shows; one gradient is 0 throughout.
    sizes = [10.0 ** rng.uniform(*v.shape, low=-6, high=1) for v in start]
    sizes[1][2] = 0
    gradients = [[(rng.normal(*v.shape, decimals=3) * s).astype(np.float32) for v, s in zip(start, sizes)] for _ in range(STEPS)]
    cases = [
        optimizer_case(name, getattr(keras.optimizers, kind)(**config), options(**config), start, gradients)
        for name, (kind, config) in PLAIN.items()
    ]
    kind, config = SCHEDULES["exponential-staircase"]
    config = config | dict(decay_steps=3)
    schedule = getattr(keras.optimizers.schedules, kind)(**config)
    given = {"learningRate": {"schedule": kind, "config": options(**config)}}
    cases.append(optimizer_case("adam-schedule", keras.optimizers.Adam(schedule), given, start, gradients))
    write(
        "optimizers",
        "after[i] holds the variables after step i, when each case starts from `variables` and applies gradients[0…i].",
        variables=arrays(start),
        gradients=[arrays(g) for g in gradients],
        cases=cases,
    )


def schedules():
    steps = np.arange(0, 46)
    cases = []
    for name, (kind, config) in SCHEDULES.items():
        schedule = getattr(keras.optimizers.schedules, kind)(**config)
        rates = np.array([float(schedule(step)) for step in steps], np.float32)
        cases.append({"name": name, "schedule": kind, "config": options(**config), "rates": array(rates)})
    write("schedules", "rates[step]: learning rate at optimizer steps 0, 1, 2, ….", cases=cases)


def penalties(rng):
    """Regularisers (value and gradient) and constraints (projected value)."""
    x = rng.normal(4, 3)
    regularizers, constraints = [], []
    for kind, config in (("L1", dict(l1=0.02)), ("L2", dict(l2=0.03)), ("L1L2", dict(l1=0.02, l2=0.03)),
                         ("OrthogonalRegularizer", dict(factor=0.1, mode="rows"))):  # fmt: skip
        variable = tf.Variable(x)
        with tf.GradientTape() as tape:
            value = getattr(keras.regularizers, kind)(**config)(variable)
        regularizers.append({"regularizer": kind, "config": options(**config), "value": array(np.float32(value)),
                             "gradient": array(tape.gradient(value, variable).numpy())})  # fmt: skip
    for kind, config in (("MaxNorm", dict(max_value=1.0)), ("MaxNorm", dict(max_value=1.0, axis=1)), ("NonNeg", {}),
                         ("UnitNorm", {}), ("MinMaxNorm", dict(min_value=0.5, max_value=1.0, rate=0.8))):  # fmt: skip
        output = getattr(keras.constraints, kind)(**config)(tf.constant(x))
        constraints.append({"constraint": kind, "config": options(**config), "output": array(output.numpy())})
    write("penalties", "Each regulariser and constraint on the same input.", input=array(x),
          regularizers=regularizers, constraints=constraints)  # fmt: skip


def make():
    rng = random(301)
    updates(rng)
    schedules()
    penalties(rng)
