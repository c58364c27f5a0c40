"""Texts to vectors as TensorFlow Hub's text modules make them, from TensorFlow's own ops, and a few steps of training."""

import keras
import numpy as np
import tensorflow as tf

from .support import array, arrays, numbers, random, write

VOCABULARY = ["the", "film", "was", "good", "bad", "Good", "film.", "a", "of", "never"]
DIM = 6
TEXTS = [
    "the film was good",
    "",
    "Good  film. the the the",
    "an unheard-of word",
    " the ",
    "schön war der film",
    "tab\tand\nline",
    "   ",
]


def lookup(table, texts, oov_buckets, combiner):
    """tensorflow/hub, examples/text_embeddings/export.py, without the removal of punctuation."""
    tokens = tf.compat.v1.string_split(texts, " ")
    tokens, _ = tf.sparse.fill_empty_rows(tokens, tf.constant(""))
    tokens = tf.sparse.reset_shape(tokens)
    ids = tf.range(len(VOCABULARY), dtype=tf.int64)
    known = tf.lookup.KeyValueTensorInitializer(tf.constant(VOCABULARY), ids)
    if oov_buckets:
        index = tf.lookup.StaticVocabularyTable(known, oov_buckets)
    else:
        index = tf.lookup.StaticHashTable(known, -1)
    rows = tf.sparse.SparseTensor(tokens.indices, index.lookup(tokens.values), tokens.dense_shape)
    return tf.nn.safe_embedding_lookup_sparse(table, rows, combiner=combiner)


def case(combiner, oov_buckets, rng):
    table = tf.Variable(rng.normal(len(VOCABULARY) + oov_buckets, DIM))
    upstream = rng.normal(len(TEXTS), DIM)
    with tf.GradientTape() as tape:
        y = lookup(table, tf.constant(TEXTS), oov_buckets, combiner)
        objective = tf.reduce_sum(y * upstream)
    gradient = tf.convert_to_tensor(tape.gradient(objective, table))
    return {
        "combiner": combiner,
        "oovBuckets": oov_buckets,
        "table": array(table.numpy()),
        "output": array(y.numpy()),
        "upstream": array(upstream),
        "gradient": array(gradient.numpy()),
    }


def training(rng):
    """Adam sees all rows at every step: those that occurred once go on moving, those that never did stay."""
    buckets = 3
    table = keras.Variable(rng.normal(len(VOCABULARY) + buckets, DIM), name="embeddings")
    dense = keras.layers.Dense(1)
    dense.build((None, DIM))
    dense.set_weights([rng.normal(DIM, 1), rng.normal(1)])
    variables = [table, *dense.trainable_weights]
    before = [v.numpy() for v in variables]
    optimizer = keras.optimizers.Adam(0.05)
    batches = [["the film was good", "bad"], ["a film.", "the the bad"], ["", "film"], ["of", "film film"], ["the", "a good"]]
    labels = rng.integers(2, len(batches), 2, 1)
    losses = []
    for texts, y in zip(batches, labels):
        with tf.GradientTape() as tape:
            logits = dense(lookup(table.value, tf.constant(texts), buckets, "sqrtn"))
            loss = tf.reduce_mean(keras.losses.binary_crossentropy(y.astype(np.float32), logits, from_logits=True))
        gradients = tape.gradient(loss, [v.value for v in variables])
        optimizer.apply_gradients(zip(gradients, variables))
        losses.append(loss.numpy())
    return {
        "oovBuckets": buckets,
        "learningRate": 0.05,
        "batches": batches,
        "labels": array(labels),
        "weights": arrays(before),
        "losses": numbers(losses),
        "finalWeights": arrays([v.numpy() for v in variables]),
    }


def make():
    rng = random(611)
    cases = [case(combiner, buckets, rng) for combiner in ["sqrtn", "mean", "sum"] for buckets in [0, 4]]
    write(
        "text-embedding",
        "Texts to vectors by tf.nn.safe_embedding_lookup_sparse on tokens split at blanks, with or without hash buckets for unknown "
        "words; gradient of sum(output · upstream); and Adam steps on table and Dense(1).",
        vocabulary=VOCABULARY,
        texts=TEXTS,
        cases=cases,
        training=training(rng),
    )
