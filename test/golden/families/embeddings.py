"""Embedding and masked pooling, and small text models trained for a few steps."""

import keras
import numpy as np

from .support import array, arrays, build_layer, layer_case, numbers, random, set_random_weights, shown, write

STEPS, BATCH, TIME, VOCABULARY = 10, 6, 7, 12


def calls(rng):
    ids = np.array([[3, 1, 3, 0], [0, 0, 9, 3], [5, 0, 5, 5]], np.int32)
    vectors = rng.normal(3, 5, 4)
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [0, 1, 0, 1, 1]], bool)
    table = dict(input_dim=10, output_dim=4)
    cases = [
        layer_case("embedding", "Embedding", table, [ids], rng),
        layer_case("embedding-mask", "Embedding", table | dict(mask_zero=True), [ids], rng),
        layer_case("embedding-vector", "Embedding", table, [ids[0]], rng),
        layer_case("embedding-all-padding", "Embedding", table | dict(mask_zero=True), [np.zeros((2, 3), np.int32)], rng),
        layer_case("average-masked", "GlobalAveragePooling1D", {}, [vectors], rng, mask=mask),
        layer_case("masking", "Masking", dict(mask_value=0.0), [vectors * mask[:, :, None]], rng),
    ]
    write(
        "embedding",
        "Embedding and the layers that meet its mask. A row without any valid step has average 0/0 = NaN in Keras (not here).",
        cases=cases,
    )


def layer(kind, **config):
    return {"layer": kind, "config": config}


def token_table(mask):
    return layer("Embedding", input_dim=VOCABULARY, output_dim=4, mask_zero=mask)


def recurrent(kind, sequences=False):
    return layer(kind, units=3, return_sequences=sequences)


def both_ways(kind, sequences=False):
    return layer("Bidirectional", layer=recurrent(kind, sequences))


HEAD = layer("Dense", units=1, activation="sigmoid")
LOGIT = layer("Dense", units=1)

# name: (layers, fromLogits, labels on every timestep)
MODELS = {
    "pooled": ([token_table(False), layer("GlobalAveragePooling1D"), layer("Dense", units=3, activation="relu"), HEAD], False, False),
    "pooled-mask": ([token_table(True), layer("GlobalAveragePooling1D"), layer("Dense", units=3, activation="relu"), HEAD], False, False),
    "max-pooled": ([token_table(False), layer("GlobalMaxPooling1D"), HEAD], False, False),
    "rnn-last": ([token_table(False), recurrent("SimpleRNN"), HEAD], False, False),
    "rnn-mask-last": ([token_table(True), recurrent("SimpleRNN"), HEAD], False, False),
    "lstm-last": ([token_table(False), recurrent("LSTM"), HEAD], False, False),
    "lstm-mask-last": ([token_table(True), recurrent("LSTM"), HEAD], False, False),
    "gru-mask-last": ([token_table(True), recurrent("GRU"), HEAD], False, False),
    "rnn-every-step": ([token_table(False), recurrent("SimpleRNN", True), HEAD], False, True),
    "lstm-every-step": ([token_table(False), recurrent("LSTM", True), HEAD], False, True),
    "lstm-mask-every-step": ([token_table(True), recurrent("LSTM", True), HEAD], False, True),
    "bilstm-mask": ([token_table(True), both_ways("LSTM"), layer("Dense", units=3, activation="relu"), LOGIT], True, False),
    "bilstm-mask-stacked": ([token_table(True), both_ways("LSTM", True), both_ways("LSTM"), LOGIT], True, False),
}  # fmt: skip


def train(name, layers, from_logits, every_step, ids, y, rng):
    model = keras.Sequential([keras.Input((TIME,), dtype="int32"), *(build_layer(**part) for part in layers)])
    set_random_weights(model, rng)
    before = model.get_weights()
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=keras.losses.BinaryCrossentropy(from_logits=from_logits),
                  metrics=["accuracy"], jit_compile=False)  # fmt: skip
    targets = np.repeat(y[:, :, None, :], TIME, axis=2) if every_step else y
    steps = [model.train_on_batch(a, b, return_dict=True) for a, b in zip(ids, targets)]
    return {
        "name": name,
        "layers": shown(layers),
        "fromLogits": from_logits,
        "labelsOnEveryStep": every_step,
        "weights": arrays(before),
        "losses": numbers([step["loss"] for step in steps]),
        "accuracy": numbers([step["accuracy"] for step in steps]),
        "finalWeights": arrays(model.get_weights()),
    }


def models(rng):
    ids = rng.integers(VOCABULARY, STEPS, BATCH, TIME, low=1)
    lengths = rng.integers(TIME + 1, STEPS, BATCH, low=1)
    ids[np.arange(TIME) >= lengths[:, :, None]] = 0
    y = rng.integers(2, STEPS, BATCH, 1)
    runs = [train(name, *model, ids, y, rng) for name, model in MODELS.items()]
    write(
        "text-models",
        "Token models, post-padded with 0: Adam 0.01 and binary cross-entropy, loss and accuracy of each train_on_batch in "
        "graph mode. With labelsOnEveryStep the labels [b, 1] are repeated to [b, time, 1]. Masks reach loss and metrics.",
        ids=array(ids),
        y=array(y),
        runs=runs,
    )


def make():
    rng = random(402)
    calls(rng)
    models(rng)
