"""Text vectorisation, padding, and NumPy's legacy shuffles that Keras's data sets rely on."""

import hashlib

import keras
import numpy as np

from .support import array, options, random, write

CORPUS = [
    "The movie was GOOD.<br /><br />Good, really good -- I'd see it again!",
    "a bad movie; the worst (truly) of 1999...",
    "É très bon\u00a0film: the  acting\twas good\nbut the plot was bad",
    "  ",
    "Good good GOOD it's not bad, not bad at all & the_end [sic] #1 @home 100% \u201cquoted\u201d",
]
QUERIES = ["the good, the bad; unseen words", "", "<br />The\u00a0movie ÉTÉ good", "it's not the movie"]


def vectorization():
    cases = []
    for name, config in {
        "int": {},
        "int-max-tokens": dict(max_tokens=8),
        "int-length": dict(max_tokens=8, output_sequence_length=4),
        "multi-hot": dict(output_mode="multi_hot", max_tokens=9),
        "count": dict(output_mode="count", max_tokens=9),
        "tf-idf": dict(output_mode="tf_idf", max_tokens=9),
        "multi-hot-padded": dict(output_mode="multi_hot", max_tokens=40, pad_to_max_tokens=True),
        "lower-only": dict(standardize="lower"),
        "strip-only": dict(standardize="strip_punctuation"),
        "raw": dict(standardize=None),
        "characters": dict(split="character", max_tokens=12),
        "bigrams": dict(ngrams=2, max_tokens=12),
    }.items():
        layer = keras.layers.TextVectorization(**config)
        layer.adapt(np.array(CORPUS))
        output = layer(np.array(QUERIES)).numpy()
        vocabulary = [str(token) for token in layer.get_vocabulary()]
        cases.append({"name": name, "config": options(**config), "vocabulary": vocabulary, "output": array(output)})
    given = ["alpha", "beta", "gamma"]
    layer = keras.layers.TextVectorization(vocabulary=given)
    vocabulary = [str(token) for token in layer.get_vocabulary()]
    cases.append({"name": "given-vocabulary", "config": {"vocabulary": given}, "vocabulary": vocabulary,
                  "queries": ["gamma delta ALPHA", "beta"],
                  "output": array(layer(np.array(["gamma delta ALPHA", "beta"])).numpy())})  # fmt: skip
    write("text-vectorization", "TextVectorization adapted on corpus, applied to queries (or to a case's own).",
          corpus=CORPUS, queries=QUERIES, cases=cases)  # fmt: skip


def padding(rng):
    sequences = [[int(v) for v in rng.integers(90, n, low=1)] for n in (3, 0, 7, 5)]
    cases = []
    for config in (
        {},
        dict(maxlen=5),
        dict(maxlen=5, padding="post"),
        dict(maxlen=5, truncating="post"),
        dict(maxlen=5, padding="post", truncating="post"),
        dict(maxlen=9, padding="post", value=7),
        dict(maxlen=4, dtype="float32", value=-1.5),
    ):
        output = keras.utils.pad_sequences(sequences, **config)
        cases.append({"config": options(**config), "output": array(output)})
    write("pad-sequences", "pad_sequences of ragged lists.", sequences=sequences, cases=cases)


def shuffles():
    """Two shuffles from one RandomState, as imdb.load_data does for training and test set; one permutation."""
    cases = []
    for seed, size in ((113, 20), (113, 25000), (0, 1), (4294967295, 1000)):
        state = np.random.RandomState(seed)
        rounds = []
        for _ in range(2):
            indices = np.arange(size)
            state.shuffle(indices)
            rounds.append({"first": numbers_of(indices[:20]), "sha256": digest(indices)})
        cases.append({"seed": seed, "size": size, "shuffles": rounds})
    permutation = np.random.RandomState(0).permutation(392)
    write(
        "numpy-shuffle",
        "np.random.RandomState(seed): two consecutive shuffle() of arange(size), the first 20 indices and the SHA-256 of all "
        "as little-endian int32; permutation: RandomState(0).permutation(392).",
        numpy=np.__version__,
        cases=cases,
        permutation={"first": numbers_of(permutation[:20]), "sha256": digest(permutation)},
    )


def numbers_of(indices):
    return [int(i) for i in indices]


def digest(indices):
    return hashlib.sha256(indices.astype("<i4").tobytes()).hexdigest()


def make():
    vectorization()
    padding(random(601))
    shuffles()
