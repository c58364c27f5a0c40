"""Loads with the real Keras what wgrad wrote, and compares predictions.

    python check.py DIR      # what write.ts wrote: *.keras and predictions.json
"""
import io
import json
import os
import sys
import zipfile

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import h5py
import keras
import numpy as np
import tensorflow as tf

TOLERANCE = 1e-5
# Keras rounds weights to half precision, too.
HALF_TOLERANCE = 2**-9


def samples(values):
    """Numbers, or texts."""
    array = np.asarray(values)
    return tf.constant(values) if array.dtype.kind == "U" else array


def optimizer_state(path):
    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
        group = file.get("optimizer/vars", {})
        return [group[str(i)][()] for i in range(len(group))]


def is_mixed(model):
    return any(layer.dtype_policy.name == "mixed_float16" for layer in model.layers)


def load(path):
    """Keras finds the state of a loss scale only under the policy that the model was made under."""
    model = keras.models.load_model(path)
    if not is_mixed(model):
        return model
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        return keras.models.load_model(path)
    finally:
        keras.mixed_precision.set_global_policy("float32")


def main(folder):
    with open(os.path.join(folder, "predictions.json")) as file:
        expected = json.load(file)
    failed = 0
    for name, case in expected.items():
        model = load(os.path.join(folder, f"{name}.keras"))
        inputs = [samples(x) for x in case["inputs"]]
        outputs = model.predict(inputs[0] if len(inputs) == 1 else inputs, verbose=0)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        worst = max(float(np.max(np.abs(y - np.asarray(want)))) for y, want in zip(outputs, case["outputs"], strict=True))
        line = f"{name:16} largest difference {worst:.1e}"
        optimizer = getattr(model, "optimizer", None)
        if optimizer is not None:
            stored = optimizer_state(os.path.join(folder, f"{name}.keras"))
            given = [np.asarray(v) for v in optimizer.variables]
            # Before the first step, nothing is stored.
            same = not stored or (len(given) == len(stored) and all(np.array_equal(v, s) for v, s in zip(given, stored)))
            line += f"  {optimizer.name}: {int(optimizer.iterations)} steps, {len(stored)} arrays" + ("" if same else ", NOT THOSE IN THE FILE")
            failed += not same or int(optimizer.iterations) != case["steps"]
        failed += not worst <= (HALF_TOLERANCE if is_mixed(model) else TOLERANCE)
        print(line)
    print("FAILED" if failed else "all well", file=sys.stderr if failed else sys.stdout)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
