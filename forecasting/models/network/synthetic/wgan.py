"""A small Wasserstein GAN with a gradient penalty: a critic that tells real windows from made ones teaches who makes them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from forecasting.models.network.architecture import load_keras
from forecasting.models.network.synthetic.windows import Made, Real

HIDDEN, LATENT, STEPS, BATCH, RATE = 96, 16, 400, 128, 0.0005
CRITIC_STEPS, PENALTY = 3, 10.0


def imagined(real: Real, count: int, seed: int) -> Made:
    """Windows of the generator, rounded to whole units of the SKU that lends its scale.

    Arjovsky, Chintala and Bottou (2017); penalty of Gulrajani et al. (2017, NeurIPS).
    """
    random = np.random.default_rng(seed)
    maker = trained(real, seed)
    lent = random.integers(0, len(real.paths), count)
    noise = random.normal(size=(count, LATENT)).astype("float32")
    paths = np.expm1(np.asarray(maker([noise, _size(real.scale[lent])], training=False), dtype=float))
    whole = random.binomial(1, np.clip(paths * real.scale[lent][:, None] % 1.0, 0, 1))
    return Made((np.floor(paths * real.scale[lent][:, None]) + whole) / real.scale[lent][:, None], lent)


def trained(real: Real, seed: int) -> Any:
    """The generator: noise (B, latent) and size (B, 1) -> log1p of sales over scale (B, periods)."""
    import tensorflow as tf

    compiled: Callable[..., Any] = tf.function(reduce_retracing=True)

    keras = load_keras()
    maker, critic = _maker(real.paths.shape[1], seed), _critic(real.paths.shape[1], seed)
    making, judging = (keras.optimizers.Adam(RATE, beta_1=0.5, beta_2=0.9) for _ in range(2))
    making.build(maker.trainable_variables)
    judging.build(critic.trainable_variables)

    @compiled
    def judge(paths: Any, size: Any, noise: Any, share: Any) -> None:
        made = maker([noise, size], training=True)
        between = share * paths + (1.0 - share) * made
        with tf.GradientTape() as tape:
            with tf.GradientTape() as inner:
                inner.watch(between)
                score = critic([between, size], training=True)
            slope = tf.sqrt(tf.reduce_sum(inner.gradient(score, between) ** 2, axis=1) + 1e-12)
            apart = tf.reduce_mean(critic([made, size], training=True)) - tf.reduce_mean(critic([paths, size], training=True))
            cost = apart + PENALTY * tf.reduce_mean((slope - 1.0) ** 2)
        judging.apply(tape.gradient(cost, critic.trainable_variables), critic.trainable_variables)

    @compiled
    def make(size: Any, noise: Any) -> None:
        with tf.GradientTape() as tape:
            cost = -tf.reduce_mean(critic([maker([noise, size], training=True), size], training=True))
        making.apply(tape.gradient(cost, maker.trainable_variables), maker.trainable_variables)

    random = np.random.default_rng(seed)
    seen, sizes = np.log1p(real.paths).astype("float32"), _size(real.scale)
    for _ in range(STEPS):
        for _ in range(CRITIC_STEPS):
            rows, noise = random.integers(0, len(seen), BATCH), random.normal(size=(BATCH, LATENT)).astype("float32")
            judge(seen[rows], sizes[rows], noise, random.random((BATCH, 1)).astype("float32"))
        make(sizes[random.integers(0, len(seen), BATCH)], random.normal(size=(BATCH, LATENT)).astype("float32"))
    return maker


def _size(scale: np.ndarray) -> np.ndarray:
    """How large a SKU is: what it sells in one piece decides how its windows look."""
    return np.log1p(scale)[:, None].astype("float32")


def _maker(periods: int, seed: int) -> Any:
    keras, start = load_keras(), _starts(seed, 10)
    noise, size = keras.Input((LATENT,)), keras.Input((1,))
    hidden = keras.layers.Concatenate()([noise, size])
    for _ in range(2):
        hidden = keras.layers.Dense(HIDDEN, activation="leaky_relu", kernel_initializer=next(start))(hidden)
    return keras.Model([noise, size], keras.layers.Dense(periods, activation="relu", kernel_initializer=next(start))(hidden))


def _critic(periods: int, seed: int) -> Any:
    keras, start = load_keras(), _starts(seed, 20)
    paths, size = keras.Input((periods,)), keras.Input((1,))
    hidden = keras.layers.Concatenate()([paths, size])
    for _ in range(2):
        hidden = keras.layers.Dense(HIDDEN, activation="leaky_relu", kernel_initializer=next(start))(hidden)
    return keras.Model([paths, size], keras.layers.Dense(1, kernel_initializer=next(start))(hidden))


def _starts(seed: int, first: int) -> Any:
    return (load_keras().initializers.HeNormal(seed=1_000 * seed + first + number) for number in range(8))
