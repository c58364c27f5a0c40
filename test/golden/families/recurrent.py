"""SimpleRNN, LSTM, GRU and Bidirectional: outputs, states, masks and all gradients."""

import numpy as np

from .support import layer_case, random, write

BATCH, TIME, INPUT, UNITS = 3, 5, 4, 3
STATES = {"SimpleRNN": 1, "LSTM": 2, "GRU": 1}
MASKS = {
    "post": [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 0, 0, 0]],
    "pre": [[1, 1, 1, 1, 1], [0, 0, 1, 1, 1], [0, 0, 0, 0, 1]],
    "holes": [[1, 0, 1, 0, 1], [0, 1, 0, 1, 0], [0, 0, 0, 0, 0]],
}
ALL = dict(return_sequences=True, return_state=True)

# name: (options, what else is given)
VARIANTS = {
    "last": ({}, {}),
    "sequences": (dict(return_sequences=True), {}),
    "sequences-and-state": (ALL, {}),
    "backwards": (dict(go_backwards=True), {}),
    "backwards-sequences-and-state": (dict(go_backwards=True) | ALL, {}),
    "mask-post-last": ({}, dict(mask="post")),
    "mask-post": (ALL, dict(mask="post")),
    "mask-pre": (ALL, dict(mask="pre")),
    "mask-holes": (ALL, dict(mask="holes")),
    "mask-holes-backwards": (dict(go_backwards=True) | ALL, dict(mask="holes")),
    "mask-zero-output": (dict(zero_output_for_mask=True) | ALL, dict(mask="post")),
    "initial-state": (ALL, dict(initial_state=True)),
    "initial-state-mask": (ALL, dict(initial_state=True, mask="pre")),
    "no-bias": (dict(use_bias=False), {}),
    "relu": (dict(activation="relu", return_sequences=True), {}),
}
GATED = {"hard-sigmoid": (dict(recurrent_activation="hard_sigmoid", return_sequences=True), {})}


def recurrent_case(name, kind, config, given, rng):
    return layer_case(
        name,
        kind,
        dict(units=UNITS) | config,
        [rng.normal(BATCH, TIME, INPUT)],
        rng,
        mask=np.array(MASKS[given["mask"]], bool) if "mask" in given else None,
        initial_state=[rng.normal(BATCH, UNITS) for _ in range(STATES[kind])] if "initial_state" in given else None,
    )


def longer(name, kind, rng, **config):
    """More steps and units than the rest, and a batch that differs from both."""
    return layer_case(name, kind, dict(units=7, return_sequences=True) | config, [rng.normal(2, 19, 5)], rng, weight_scale=0.3)


def cells(rng):
    for kind, forms in {"SimpleRNN": [{}], "LSTM": [{}], "GRU": [dict(reset_after=True), dict(reset_after=False)]}.items():
        for form in forms:
            variants = VARIANTS if kind == "SimpleRNN" else VARIANTS | GATED
            cases = [recurrent_case(name, kind, form | config, given, rng) for name, (config, given) in variants.items()]
            cases.append(longer("longer", kind, rng, **form))
            if kind == "LSTM":
                cases.append(recurrent_case("no-unit-forget-bias", kind, dict(unit_forget_bias=False), {}, rng))
            suffix = "" if form.get("reset_after", True) else "-reset-before"
            write(
                f"{kind.lower()}{suffix}",
                f"{kind} on [{BATCH}, {TIME}, {INPUT}]: outputs are the sequence or last output, then the states.",
                cases=cases,
            )


def bidirectional(rng):
    cases = []
    x = rng.normal(BATCH, TIME, INPUT)
    for mode in ("concat", "sum", "mul", "ave", None):
        for sequences in (False, True):
            wrapped = dict(layer="LSTM", config=dict(units=UNITS, return_sequences=sequences))
            name = f"lstm-{mode or 'separate'}-{'sequences' if sequences else 'last'}"
            cases.append(layer_case(name, "Bidirectional", dict(layer=wrapped, merge_mode=mode), [x], rng))
    for kind in STATES:
        for mask in ("post", "holes"):
            wrapped = dict(layer=kind, config=dict(units=UNITS, return_sequences=True))
            cases.append(layer_case(f"{kind.lower()}-mask-{mask}", "Bidirectional", dict(layer=wrapped), [x], rng,
                                    mask=np.array(MASKS[mask], bool)))  # fmt: skip
    wrapped = dict(layer="LSTM", config=dict(units=UNITS, return_state=True))
    states = [rng.normal(BATCH, UNITS) for _ in range(4)]
    cases.append(layer_case("lstm-states", "Bidirectional", dict(layer=wrapped), [x], rng, initial_state=states))
    wrapped = dict(layer="Dense", config=dict(units=2, activation="relu"))
    cases.append(layer_case("time-distributed-dense", "TimeDistributed", dict(layer=wrapped), [x], rng))
    write("bidirectional", "Bidirectional: forward weights, then backward weights. TimeDistributed(Dense).", cases=cases)


def make():
    rng = random(401)
    cells(rng)
    bidirectional(rng)
