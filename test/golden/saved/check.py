"""Loads with the real Keras what wgrad wrote, and compares predictions.

    python check.py DIR      # what test/support/write-saved.ts wrote: *.keras and predictions.json
"""
import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np

TOLERANCE = 1e-5


def main(folder):
    with open(os.path.join(folder, "predictions.json")) as file:
        expected = json.load(file)
    failed = 0
    for name, case in expected.items():
        model = keras.models.load_model(os.path.join(folder, f"{name}.keras"))
        inputs = [np.asarray(x) for x in case["inputs"]]
        outputs = model.predict(inputs[0] if len(inputs) == 1 else inputs, verbose=0)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        worst = max(float(np.max(np.abs(y - np.asarray(want)))) for y, want in zip(outputs, case["outputs"], strict=True))
        line = f"{name:16} largest difference {worst:.1e}"
        if model.optimizer is not None:
            count = sum(int(np.prod(v.shape)) for v in model.optimizer.variables)
            steps = int(model.optimizer.iterations)
            line += f"  {model.optimizer.name}: {steps} steps, {count} numbers"
            failed += (steps, count) != (case["steps"], case["optimizerParams"])
        failed += not worst <= TOLERANCE
        print(line)
    print("FAILED" if failed else "all well", file=sys.stderr if failed else sys.stdout)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
