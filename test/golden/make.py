"""Golden values from the real Keras, on random data: python test/golden/make.py [family …]

Writes the JSON files beside this script; README.md describes them. Every family has its own module in families/.
"""

import importlib
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # plain float32 kernels, the same on every processor
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)

FAMILIES = ["training", "losses", "metrics", "activations", "optimizers", "summaries", "recurrent", "embeddings",
            "spatial", "structure", "preprocessing", "embedding_training", "text_embedding", "hub_modules"]  # fmt: skip


def main(names):
    for name in names or FAMILIES:
        if name not in FAMILIES:
            sys.exit(f"make.py: no family {name!r}; there are {', '.join(FAMILIES)}")
        importlib.import_module(f"families.{name}").make()


if __name__ == "__main__":
    main(sys.argv[1:])
