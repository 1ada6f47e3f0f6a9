"""The network itself: an encoder reads the past window, a decoder answers for every period ahead at once.

TensorFlow is imported when a network is built, never when this module is.
"""

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

SKUS = "sku_table"
_LOWEST, _HIGHEST = -7.0, 4.0  # of the logarithm of units over scale: no more than 55 times the window's mean


@dataclass(frozen=True)
class Architecture:
    """The shape of a network: everything that is needed to build it again before its weights are put back.

    `patch` periods are read in one step of the encoder, `levels` holds the number of levels of each attribute, `past`, `future`
    and `summary` the number of inputs of each kind, `outputs` the numbers that it answers with for each period.
    """

    cell: str
    units: int
    layers: int
    dropout: float
    window: int
    patch: int
    horizon: int
    past: int
    future: int
    summary: int
    skus: int
    levels: tuple[int, ...]
    seed: int
    outputs: int = 1


def build(shape: Architecture) -> Any:
    """An untrained Keras model: past, future, summary, SKU and attributes -> (B, horizon, outputs).

    The first output is the logarithm of units over scale. The last layer starts at zero, so that an untrained network forecasts
    the mean of the window.
    """
    keras = load_keras()
    layers, seeds = keras.layers, _Seeds(shape.seed)
    past = keras.Input((shape.window, shape.past), name="past")
    future = keras.Input((shape.horizon, shape.future), name="future")
    summary = keras.Input((shape.summary,), name="summary")
    sku = keras.Input((), dtype="int32", name="sku")
    codes = keras.Input((len(shape.levels),), dtype="int32", name="codes")
    context = [_encoded(past, shape, seeds), summary, _embedded(sku, shape.skus, seeds, SKUS)]
    context += [_embedded(codes[:, k], count, seeds, f"attribute_{k}") for k, count in enumerate(shape.levels)]
    state = layers.Dense(shape.units, activation="relu", kernel_initializer=seeds.uniform())(layers.Concatenate()(context))
    state = layers.Dropout(shape.dropout, seed=seeds.next())(state)
    steps = layers.Concatenate()([layers.RepeatVector(shape.horizon)(state), future])
    hidden = layers.Dense(shape.units, activation="relu", kernel_initializer=seeds.uniform())(steps)
    answer = layers.Dense(shape.outputs, kernel_initializer="zeros")(hidden)
    if shape.cell == "hybrid":
        answer = answer + _straight(past, shape)
    return keras.Model([past, future, summary, sku, codes], keras.ops.clip(answer, _LOWEST, _HIGHEST))


@lru_cache(maxsize=4)
def built(shape: Architecture) -> Any:
    """A network to put weights into; built once for each shape, because building takes longer than forecasting."""
    return build(shape)


def position_of_skus(model: Any) -> int:
    """Where the table of SKUs stands among the weights of a network."""
    table = model.get_layer(SKUS).weights[0]
    return next(position for position, weight in enumerate(model.weights) if weight is table)


def load_keras() -> Any:
    """Keras on TensorFlow, without the notes that TensorFlow writes to standard error when it is imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    return keras


class _Seeds:
    """One seed after the other, so that every layer starts from its own and nothing is drawn from the global state."""

    def __init__(self, seed: int) -> None:
        self._last = 1_000 * seed

    def next(self) -> int:
        self._last += 1
        return self._last

    def uniform(self) -> Any:
        return load_keras().initializers.GlorotUniform(seed=self.next())

    def orthogonal(self) -> Any:
        return load_keras().initializers.Orthogonal(seed=self.next())


def _encoded(past: Any, shape: Architecture, seeds: _Seeds) -> Any:
    """The state after the window: read in steps of a whole patch, which is as accurate as single periods and far faster."""
    layers = load_keras().layers
    if shape.cell == "hybrid":
        past = _filtered(past, shape, seeds)
    past = layers.Reshape((shape.window // shape.patch, past.shape[-1] * shape.patch))(past)
    if shape.cell == "cnn":
        return _convolved(past, shape, seeds)
    cells = {"lstm": layers.LSTM, "gru": layers.GRU, "rnn": layers.SimpleRNN, "hybrid": layers.GRU}
    for depth in range(shape.layers):
        past = cells[shape.cell](
            shape.units,
            return_sequences=depth < shape.layers - 1,
            kernel_initializer=seeds.uniform(),
            recurrent_initializer=seeds.orthogonal(),
        )(past)
    return past


def _filtered(past: Any, shape: Architecture, seeds: _Seeds) -> Any:
    """Filters over a few periods each, before the window is read in patches: a peak, a step, the days after a promotion."""
    layers = load_keras().layers
    return layers.Conv1D(max(2, shape.units // 4), 3, padding="causal", activation="relu", kernel_initializer=seeds.uniform())(
        past
    )


def _straight(past: Any, shape: Architecture) -> Any:
    """A straight line from the window's sales to each period ahead: it follows a level beyond what was learnt."""
    layers = load_keras().layers
    line = layers.Dense(shape.horizon * shape.outputs, use_bias=False, kernel_initializer="zeros")(past[:, :, 0])
    return layers.Reshape((shape.horizon, shape.outputs))(line)


def _convolved(past: Any, shape: Architecture, seeds: _Seeds) -> Any:
    """Causal convolutions, each reaching twice as far back as the one before it (van den Oord et al. 2016, WaveNet)."""
    layers = load_keras().layers
    reach, dilation = 1, 1
    while reach < shape.window // shape.patch:
        past = layers.Conv1D(
            shape.units,
            3,
            padding="causal",
            dilation_rate=dilation,
            activation="relu",
            kernel_initializer=seeds.uniform(),
        )(past)
        reach, dilation = reach + 2 * dilation, 2 * dilation
    return past[:, -1]


def _embedded(code: Any, count: int, seeds: _Seeds, name: str) -> Any:
    """A few numbers for each level, next to 0 in the beginning: a level that is never seen stays an average one."""
    layers = load_keras().layers
    width = max(2, min(8, count // 4))
    drawn = load_keras().initializers.RandomNormal(stddev=0.01, seed=seeds.next())
    return layers.Embedding(count, width, embeddings_initializer=drawn, name=name)(code)
