"""A variational autoencoder of windows, whose decoder says how counts scatter around what it expects."""

from collections.abc import Callable
from typing import Any

import numpy as np

from forecasting.models.network.architecture import load_keras
from forecasting.models.network.outputs import output_of
from forecasting.models.network.synthetic.windows import Made, Real

HIDDEN, LATENT, EPOCHS, BATCH, RATE = 96, 8, 60, 128, 0.002
_DIVERGENCE = 0.2  # weight of the divergence of the latent from a normal distribution


def decoded(real: Real, count: int, seed: int) -> Made:
    """Windows near what the encoder thinks of real ones, with counting noise (Kingma and Welling 2014, ICLR).

    The latent is drawn around real windows, not from one normal distribution for all of them: that missed kinds of windows
    (Tomczak and Welling 2018, AISTATS). Without the noise of the last step windows would be far smoother than sales: the
    decoder expects, the head scatters.
    """
    random = np.random.default_rng(seed)
    encoder, decoder = trained(real, seed)
    lent = random.integers(0, len(real.paths), count)
    mean, log_variance = np.split(np.asarray(encoder(_seen(real.paths[lent]), training=False)), 2, axis=1)
    latent = (mean + np.exp(0.5 * log_variance) * random.normal(size=mean.shape)).astype("float32")
    return Made(observed(np.asarray(decoder(latent, training=False)), real.scale[lent], random), lent)


def observed(answer: np.ndarray, scale: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Counts drawn from a negative binomial around what the decoder expects, over scale, shape (B, periods)."""
    told = output_of("negative_binomial").read(answer, scale)
    variance = np.maximum((told.spread if told.spread is not None else told.mean) ** 2, told.mean * (1 + 1e-6) + 1e-12)
    size = told.mean**2 / np.maximum(variance - told.mean, 1e-12)
    counts = random.poisson(random.gamma(np.maximum(size, 1e-9), told.mean / np.maximum(size, 1e-9)))
    return counts / scale[:, None]


def trained(real: Real, seed: int) -> tuple[Any, Any]:
    """Encoder (B, periods) -> mean and log-variance of the latent, decoder latent -> (B, periods, 2) as the output."""
    import tensorflow as tf

    compiled: Callable[..., Any] = tf.function(reduce_retracing=True)

    keras = load_keras()
    encoder, decoder = _halves(real.paths.shape[1], seed)
    variables = [*encoder.trainable_variables, *decoder.trainable_variables]
    optimizer = keras.optimizers.Adam(RATE, clipnorm=1.0)
    optimizer.build(variables)
    loss = output_of("negative_binomial").loss

    @compiled
    def step(paths: Any, target: Any, noise: Any) -> Any:
        with tf.GradientTape() as tape:
            mean, log_variance = tf.split(encoder(paths, training=True), 2, axis=1)
            answer = decoder(mean + tf.exp(0.5 * log_variance) * noise, training=True)
            apart = -0.5 * tf.reduce_sum(1.0 + log_variance - mean**2 - tf.exp(log_variance), axis=1)
            cost = tf.reduce_mean(tf.reduce_sum(loss(target, answer), axis=1) + _DIVERGENCE * apart)
        optimizer.apply(tape.gradient(cost, variables), variables)
        return cost

    random = np.random.default_rng(seed)
    target = np.stack([real.paths, np.broadcast_to(real.scale[:, None], real.paths.shape)], axis=2).astype("float32")
    for _ in range(EPOCHS):
        for rows in np.array_split(random.permutation(len(target)), max(1, len(target) // BATCH)):
            step(_seen(real.paths[rows]), target[rows], random.normal(size=(len(rows), LATENT)).astype("float32"))
    return encoder, decoder


def _halves(periods: int, seed: int) -> tuple[Any, Any]:
    keras = load_keras()

    def dense(units: int, number: int, activation: str | None = "relu") -> Any:
        start = keras.initializers.GlorotUniform(seed=1_000 * seed + number)
        return keras.layers.Dense(units, activation=activation, kernel_initializer=start)

    encoder = keras.Sequential([keras.Input((periods,)), dense(HIDDEN, 1), dense(2 * LATENT, 2, None)])
    decoder = keras.Sequential(
        [keras.Input((LATENT,)), dense(HIDDEN, 3), dense(2 * periods, 4, None), keras.layers.Reshape((periods, 2))]
    )
    return encoder, decoder


def _seen(paths: np.ndarray) -> np.ndarray:
    return np.log1p(paths).astype("float32")
