"""Wall time of the tutorial's 1,000 epochs (auto-mpg, run `sound`) beside the real Keras, by turns on the same machine.

    WGRAD_DATA=<directory with auto-mpg/> python bench/keras/auto_mpg.py [--turns 2] [--epochs 1000]

Each turn trains once with wgrad (`npm start -- auto-mpg`, seconds as result.json has them) and once with Keras, each in a
process of its own that has trained another model before; Keras with its default threads and `fit` on the same rows,
columns, batches and validation split. The seconds are those of the whole of `fit`. `cpu` counts all threads of the
process from its start, for wgrad the tutorial's two other runs and its report too.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "test/golden"))


def time_keras(epochs):
    """In a process of its own: prints the seconds and the last validation error."""
    import reference_auto_mpg as reference

    (x, y), _ = reference.load("sound")

    def fit(epochs):
        model = reference.build(x.shape[1])
        started = time.perf_counter()
        history = model.fit(x, y, batch_size=reference.BATCH, epochs=epochs, validation_split=0.2, verbose=0)
        return time.perf_counter() - started, history.history["val_mae"][-1]

    fit(1)
    seconds, error = fit(epochs)
    print(json.dumps({"seconds": seconds, "val_mae": error}))


def run_keras(epochs):
    command = [sys.executable, __file__, "--keras", "--epochs", str(epochs)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.splitlines()[-1])


def run_wgrad(epochs):
    with tempfile.TemporaryDirectory() as out:
        command = ["node", "setup/start.mjs", "auto-mpg", "--data", "real", "--epochs", str(epochs), "--out", out]
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        result = json.loads((Path(out) / "auto-mpg/result.json").read_text())
    run = next(run for run in result["runs"] if run["name"] == "sound")
    return {"seconds": run["seconds"], "val_mae": run["history"]["val_mae"][-1], "adapter": result["adapter"]}


def cpu_seconds(run, *arguments):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = run(*arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {**result, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--turns", type=int, default=2)
    arguments.add_argument("--epochs", type=int, default=1000)
    arguments.add_argument("--keras", action="store_true", help="time Keras alone, in this process")
    options = arguments.parse_args()
    if options.keras:
        return time_keras(options.epochs)

    seconds = {"wgrad": [], "keras": []}
    for turn in range(options.turns):
        for name, run in (("wgrad", run_wgrad), ("keras", run_keras)):
            measured = cpu_seconds(run, options.epochs)
            seconds[name].append(measured["seconds"])
            adapter = f", {measured['adapter']}" if "adapter" in measured else ""
            print(
                f"turn {turn + 1}  {name}  {measured['seconds']:7.2f} s for {options.epochs} epochs  (cpu {measured['cpu']:.1f} s, "
                f"val_mae {measured['val_mae']:.2f}, load {os.getloadavg()[0]:.1f}{adapter})",
                flush=True,
            )
    ours, theirs = (statistics.median(seconds[name]) for name in ("wgrad", "keras"))
    print(f"median  wgrad {ours:.2f} s  keras {theirs:.2f} s  {theirs / ours:.1f} times as fast on {os.cpu_count()} cores")
    slowest, fastest = max(seconds["wgrad"]), min(seconds["keras"])
    print(f"at least {fastest / slowest:.1f} times: wgrad's slowest turn against Keras's fastest")


if __name__ == "__main__":
    main()
