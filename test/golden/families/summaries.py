"""The text of model.summary()."""

import os

import keras

from .support import camel, write

os.environ["COLUMNS"] = "200"  # so that Keras's own default width holds, whatever the terminal


def table(model, **arguments):
    lines = []
    model.summary(print_fn=lambda line, line_break=True: lines.append(line), **arguments)
    return "".join(lines).rstrip("\n").split("\n")


def mnist():
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    )


def add(cases, name, model, **arguments):
    config = {camel(key): value for key, value in arguments.items()}
    cases.append({"name": name, "config": config, "lines": table(model, **arguments)})


def make():
    layers = keras.layers
    cases = []
    keras.utils.clear_session()
    model = mnist()
    add(cases, "mnist", model)
    add(cases, "mnist-65", model, line_length=65)
    add(cases, "mnist-show-trainable", model, show_trainable=True)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    add(cases, "mnist-compiled", model)
    model.optimizer.build(model.trainable_variables)
    add(cases, "mnist-after-training", model)
    nested = keras.Sequential([model, layers.Softmax()])
    add(cases, "model-in-model", nested)
    add(cases, "model-in-model-65", nested, line_length=65)
    add(cases, "model-in-model-expanded", nested, expand_nested=True)
    model.layers[1].trainable = False
    add(cases, "mnist-frozen-layer", model)

    keras.utils.clear_session()
    add(cases, "no-input-shape", keras.Sequential([layers.Flatten(), layers.Dense(10)]))

    keras.utils.clear_session()
    pooled = keras.Sequential(
        [
            keras.Input((None,)),
            layers.Embedding(10000, 16),
            layers.GlobalAveragePooling1D(),
            layers.Dense(16, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="text_with_a_name_long_enough_to_wrap_in_the_first_column",
    )
    pooled.add(layers.Dense(2, name="a_layer_with_a_name_that_is_too_long_for_its_column"))
    add(cases, "text-long-names", pooled)
    add(cases, "text-long-names-65", pooled, line_length=65)

    keras.utils.clear_session()
    ids = keras.Input((64,))
    hidden = layers.LSTM(128)(layers.Embedding(10000, 256)(ids))
    functional = keras.Model(ids, layers.Dense(1, activation="sigmoid")(hidden), name="lstm_64")
    add(cases, "functional", functional)
    left, right = keras.Input((4,), name="left"), keras.Input((5,), name="right")
    joined = layers.Concatenate()([layers.Dense(3)(left), layers.Dense(3)(right)])
    branching = keras.Model([left, right], [layers.Dense(1)(joined), layers.Dense(2)(joined)])
    add(cases, "branching", branching)

    keras.utils.clear_session()
    ids = keras.Input((64,))
    pooled = layers.GlobalMaxPooling1D()(layers.Embedding(1000, 8)(ids))
    add(cases, "chain", keras.Model(ids, layers.Dense(1)(pooled), name="chain"))
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    shared = keras.Sequential([keras.Input((2,)), layers.Dense(2, name="inner")], name="shared")
    difference = layers.Subtract(name="difference")([shared(a), shared(b)])
    twins = keras.Model([a, b], difference, name="twins")
    add(cases, "shared-layer", twins)
    add(cases, "shared-layer-expanded", twins, expand_nested=True, show_trainable=True)
    add(cases, "shared-layer-60", twins, line_length=60)

    write("summary", "Lines of model.summary(); the default width is 88, 108 with a column of connections.", cases=cases)
