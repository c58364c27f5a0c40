"""Reads event files that wgrad wrote with the real TensorBoard, and compares them with those of the real Keras.

    python test/golden/tensorboard/check.py DIR        (DIR from test/golden/tensorboard/write.ts)

Tags and steps must be equal, values agree to 1e-5. Needs tensorboard and numpy only.
"""

import json
import sys
from pathlib import Path

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import TENSORS, EventAccumulator


def read_scalars(folder):
    """{ run: [[tag, step, value, wallTime], …] } in the order of tags."""
    runs = {}
    for run in ("train", "validation"):
        events = EventAccumulator(str(Path(folder, run)), size_guidance={TENSORS: 0}).Reload()
        scalars = runs[run] = []
        for tag in sorted(events.Tags()["tensors"]):
            assert events.SummaryMetadata(tag).plugin_data.plugin_name == "scalars", tag
            for event in events.Tensors(tag):
                value = np.frombuffer(event.tensor_proto.tensor_content, "<f4")[0]
                scalars.append([tag, event.step, float(str(value)), event.wall_time])
    return runs


def main():
    expected = json.loads(Path(__file__).with_name("expected.json").read_text())["scalars"]
    given = read_scalars(sys.argv[1])
    for run, scalars in expected.items():
        places = lambda scalars: [(tag, step) for tag, step, *_ in scalars]
        assert places(given[run]) == places(scalars), (places(given[run]), places(scalars))
        np.testing.assert_allclose([s[2] for s in given[run]], [s[2] for s in scalars], rtol=1e-5)
        print(f"{run}: {len(scalars)} scalars of {len({s[0] for s in scalars})} tags agree")


if __name__ == "__main__":
    main()
