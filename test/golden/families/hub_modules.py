"""Text embeddings as TensorFlow Hub publishes them: small SavedModels in embeddings/, what they answer, and hashes.

The modules do what the hub's own exporter does (embeddings variable, vocabulary table on assets/tokens.txt with FarmHash
buckets, tokens split on blanks, a text without tokens counting as '', combined by the square root of their number).
"""

import gzip
import io
import tarfile
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.ops import lookup_ops
from tensorflow.python.trackable import asset

from . import support

HERE = support.FOLDER / "embeddings"

WORDS = ["the", "movie", "was", "great", "terrible", "The", "great!", "a", "it's", "naïve", "日本語", "😀", "film,", "don't", "--", "of"]
SENTENCES = [
    "the movie was great", "", " ", "   ", "the  movie   was", " great ", "The movie was great!", "unknown words only here",
    "the unknown movie", "great great great", "naïve 日本語 😀", "naïf 中文 🎬 €", "tab\tinside the\nmovie", "it's a film, don't -- of",
    "...", "!", "“the” movie…", "a" * 70, "the " * 40 + "movie", "\u00a0great\u00a0",
]  # fmt: skip


class TextModule(tf.Module):
    """`split(texts)` makes a sparse tensor of tokens; `weights` is the variable, or the list of its parts."""

    def __init__(self, words, weights, buckets, split, combiner, fill=True):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "tokens.txt"
        path.write_bytes("".join(word + "\n" for word in words).encode())
        self.asset = asset.Asset(str(path))
        self.table = lookup_ops.index_table_from_file(self.asset, num_oov_buckets=buckets, hasher_spec=lookup_ops.FastHashSpec)
        self.embeddings = weights
        self.split, self.combiner, self.fill = split, combiner, fill

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def __call__(self, texts):
        tokens = self.split(texts)
        if self.fill:
            tokens, _ = tf.sparse.fill_empty_rows(tokens, tf.constant(""))
        tokens = tf.sparse.reset_shape(tokens)
        ids = tf.SparseTensor(tokens.indices, self.table.lookup(tokens.values), tokens.dense_shape)
        weights = self.embeddings if isinstance(self.embeddings, tf.Variable) else tf.concat([tf.convert_to_tensor(part) for part in self.embeddings], 0)
        if self.combiner == "mod":
            return tf.compat.v1.nn.safe_embedding_lookup_sparse(self.embeddings, ids, combiner="sqrtn", partition_strategy="mod")
        return tf.nn.safe_embedding_lookup_sparse(tf.cast(weights, tf.float32), ids, combiner=self.combiner)


def skipping(texts):
    return tf.compat.v1.string_split(texts, " ")


def keeping(texts):
    return tf.strings.split(texts, " ").to_sparse()


def plain(texts):
    """Punctuation removed, then split: the modules `…-with-normalization`."""
    return tf.compat.v1.string_split(tf.strings.regex_replace(texts, r"\pP", ""), " ")


def whitespace(texts):
    return tf.strings.split(texts).to_sparse()


def pack(folder, name, prefix="./"):
    """A .tar.gz whose bytes depend on the content only."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(Path(folder).rglob("*")):
            info = tar.gettarinfo(path, prefix + str(path.relative_to(folder)))
            info.mtime = info.uid = info.gid = 0
            info.uname = info.gname = ""
            tar.addfile(info, path.open("rb") if path.is_file() else None)
    (HERE / name).write_bytes(gzip.compress(raw.getvalue(), 9, mtime=0))
    print(f"{name}: {(HERE / name).stat().st_size / 1000:.1f} kB")


def saved(module, name):
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder)
        Path(folder, "fingerprint.pb").unlink(missing_ok=True)
        pack(folder, name)


def text_modules(rng):
    def variable(rows, dim, dtype=tf.float32):
        values = rng.generator.normal(0, 1, (rows, dim)).astype(np.float32)
        return tf.Variable(tf.cast(values, dtype), name="embeddings")

    n = len(WORDS)
    # Carriage returns, blanks and a byte-order mark: TextFileInitializer has its own way with each.
    odd = ["\ufeffthe", "movie", "was ", " great", "naïve", "two words", "cr\rlf", "end\r"]
    cases = [
        ("nnlm", WORDS, variable(n + 5, 6), 5, skipping, "sqrtn", True),
        ("swivel", WORDS, variable(n + 1, 4), 1, skipping, "sqrtn", True),
        ("normalized", WORDS, variable(n + 3, 4), 3, plain, "sqrtn", True),
        ("keeps-empty", WORDS, variable(n + 2, 4), 2, keeping, "mean", True),
        ("unfilled", WORDS, variable(n + 2, 4), 2, whitespace, "sum", False),
        ("parts", WORDS, [variable(8, 4), variable(8, 4), variable(n + 7 - 16, 4)], 7, skipping, "sqrtn", True),
        ("odd-words", odd, variable(len(odd) + 2, 4), 2, skipping, "sum", True),
        ("float16", WORDS, variable(n + 1, 4, tf.float16), 1, skipping, "sqrtn", True),
        ("bfloat16", WORDS, variable(n + 1, 4, tf.bfloat16), 1, skipping, "sqrtn", True),
        ("float64", WORDS, variable(n + 1, 4, tf.float64), 1, skipping, "sqrtn", True),
    ]
    for name, words, weights, buckets, split, combiner, fill in cases:
        module = TextModule(words, weights, buckets, split, combiner, fill)
        queries = SENTENCES + ["\ufeffthe", "crlf cr\rlf", "two words", "was", "end", "end\r"] if words is odd else SENTENCES
        saved(module, f"{name}.tar.gz")
        parts = weights if isinstance(weights, list) else [weights]
        vectors = np.concatenate([tf.cast(part, tf.float32).numpy() for part in parts])
        yield {
            "name": name, "combiner": combiner, "oovBuckets": buckets, "vocabulary": [word.removesuffix("\r") for word in words],
            "vectors": support.array(vectors), "texts": queries, "output": support.array(module(tf.constant(queries)).numpy()),
        }  # fmt: skip


def spread(rng):
    """Rows that TensorFlow 1 spread over variables by remainder: row i in part i % 3."""
    parts = [tf.Variable(rng.normal(6, 4), name="embeddings") for _ in range(3)]
    saved(TextModule(WORDS, parts, 2, skipping, "mod"), "spread.tar.gz")


def variables_only(rng):
    """A Keras model with an Embedding and an optimizer's slots: no vocabulary, several tables of two dimensions."""
    keras.utils.set_random_seed(4)
    model = keras.Sequential([keras.Input((None,), dtype="int32"), keras.layers.Embedding(12, 4, name="words"), keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(3)])
    model.layers[0].set_weights([rng.normal(12, 4)])
    model.compile("adam", "mse")
    model.fit(np.zeros((2, 3), np.int32), np.zeros((2, 3)), verbose=0)
    saved(model, "keras.tar.gz")
    return {"vectors": support.array(model.layers[0].get_weights()[0])}


def version_1(rng):
    """A graph of TensorFlow 1 whose variable is partitioned: the bundle holds its slices."""
    values = rng.normal(11, 4)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session, tempfile.TemporaryDirectory() as folder:
        partitioner = tf.compat.v1.fixed_size_partitioner(3)
        parts = tf.compat.v1.get_variable("embeddings", initializer=tf.constant(values), partitioner=partitioner, use_resource=True)
        session.run(tf.compat.v1.global_variables_initializer())
        tf.compat.v1.saved_model.simple_save(session, str(Path(folder, "m")), {"ids": tf.compat.v1.placeholder(tf.int64)}, {"out": tf.convert_to_tensor(parts)})
        pack(Path(folder, "m"), "slices.tar.gz", prefix="module/")
    return {"vectors": support.array(values)}


def bundles(rng):
    """Tensor bundles alone: two data files, and an index of several blocks."""
    values = rng.normal(9, 4)
    with tempfile.TemporaryDirectory() as folder:
        prefixes = [f"{folder}/a", f"{folder}/b"]
        tf.raw_ops.SaveV2(prefix=prefixes[0], tensor_names=["other"], shape_and_slices=[""], tensors=[tf.constant([1.5, 2.5])])
        tf.raw_ops.SaveV2(prefix=prefixes[1], tensor_names=["embeddings"], shape_and_slices=[""], tensors=[tf.constant(values)])
        Path(folder, "m", "variables").mkdir(parents=True)
        tf.raw_ops.MergeV2Checkpoints(checkpoint_prefixes=prefixes, destination_prefix=f"{folder}/m/variables/variables", delete_old_dirs=True)
        Path(folder, "m", "saved_model.pb").write_bytes(b"")
        pack(Path(folder, "m"), "two-shards.tar.gz")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "variables").mkdir()
        names = [f"{i:05}/{'a very long name of a variable ' * 12}" for i in range(1000)]
        tf.raw_ops.SaveV2(
            prefix=f"{folder}/variables/variables", tensor_names=[*names, "zz/embeddings"], shape_and_slices=[""] * 1001,
            tensors=[*[tf.constant(i, tf.int64) for i in range(1000)], tf.constant(values)],
        )  # fmt: skip
        Path(folder, "saved_model.pb").write_bytes(b"")
        pack(folder, "many-blocks.tar.gz")
    return {"vectors": support.array(values)}


def text_of(length, seed):
    """The string that the test makes by the same rule; odd seeds beyond ASCII."""
    step = 13 * seed + 7
    return "".join(chr(33 + (i * i * 7 + i * step + length) % 94 if seed % 2 == 0 else 33 + (i * i * 1009 + i * step + length) % 50000) for i in range(length))


def hashes():
    seeds = range(6)
    digest = [tf.fingerprint([text_of(n, seed).encode() for n in range(301)]).numpy() for seed in seeds]
    words = [*WORDS, "", "unknown", "movie.", "Straße"]
    return {
        "fingerprints": ["".join(bytes(row[::-1]).hex() for row in rows) for rows in digest],
        "buckets": [{"buckets": n, "words": words, "rows": support.Numbers(tf.strings.to_hash_bucket_fast(words, n).numpy())} for n in (1, 2, 7, 24000, 2**31 - 1)],
    }


def make():
    HERE.mkdir(exist_ok=True)
    rng = support.random(41)
    spread(support.random(42))
    support.write(
        "hub-modules",
        "Text-embedding modules as TensorFlow Hub's exporter makes them (embeddings/), their answers; variables of other SavedModels; hashes.",
        modules=list(text_modules(rng)),
        kerasModel=variables_only(rng),
        slices=version_1(rng),
        bundles=bundles(rng),
        **hashes(),
    )
