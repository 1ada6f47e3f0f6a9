"""Training: windows drawn by a budget, a later block of time to stop by, and the same weights for the same seed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.core.progress import report
from forecasting.models.network.architecture import Architecture, build, load_keras
from forecasting.models.network.history import History
from forecasting.models.network.losses import loss_of
from forecasting.models.network.windows import Cutter, Inputs

Weights = tuple[np.ndarray, ...]
KEPT = 0.6  # share of the mean weights that an epoch keeps: single epochs differ by several per cent in the level of all SKUs


HELD = 4  # one window is held back to judge by for so many that are drawn, at most
WEIGHT = 0.75  # power of the scale by which a window counts


@dataclass(frozen=True)
class Plan:
    """How a network is trained; the fields are those of the spec."""

    epochs: int
    batch_size: int
    learning_rate: float
    patience: int
    loss: str
    windows: int
    seed: int


@dataclass(frozen=True, eq=False)
class Block:
    """Windows as (SKU, origin) pairs whose targets are seen before the period `end`."""

    pairs: np.ndarray
    end: int


@dataclass(frozen=True)
class Epoch:
    """The mean loss of one pass over the training windows and of the validation windows after it (NaN without any)."""

    epoch: int
    training: float
    validation: float


@dataclass(frozen=True, eq=False)
class Trained:
    """The weights of the best epoch and the way there."""

    weights: Weights
    epochs: tuple[Epoch, ...]


@dataclass(frozen=True, eq=False)
class Batches:
    """Makes batches of one size out of windows, so that the network is compiled once."""

    history: History
    cutter: Cutter
    size: int

    def of(self, block: Block, pairs: np.ndarray) -> tuple[Inputs, np.ndarray, np.ndarray]:
        """Inputs, targets over scale, and weights of some windows; the last ones of a short batch weigh nothing.

        A window weighs nearly as much as its scale, so that one unit counts about the same for every SKU and totals come out
        right; a little less, because the larger a SKU is, the wilder its sales (Taylor 1961, Nature 189).
        """
        rows, origins = np.resize(pairs, (self.size, 2)).T
        inputs = self.cutter.inputs(self.history, rows, origins)
        sales, seen = self.cutter.targets(self.history, rows, origins, block.end)
        scale = np.where(inputs.scale > 0, inputs.scale, 1.0)[:, None]
        peers = self.history.sums[:, block.end].sum() / max(self.history.counts[:, block.end].sum(), 1.0)
        weight = seen * (scale / max(peers, 1e-300)) ** WEIGHT
        weight[len(pairs) :] = 0.0
        return inputs, (sales / scale).astype("float32"), weight.astype("float32")


def train(shape: Architecture, plan: Plan, batches: Batches, training: Block, validation: Block, start: Weights) -> Trained:
    """Train until the loss on the later block stops falling, and keep the weights of its best epoch.

    What is judged and kept is the running mean of the weights (Polyak and Juditsky 1992; Izmailov et al. 2018).
    """
    model = build(shape)
    if start:
        model.set_weights(list(start))
    random = np.random.default_rng(plan.seed)
    drawn = min(plan.windows, len(training.pairs))
    steps = -(-drawn // batches.size)
    _compile(model, plan, steps)
    judges = validation.pairs[random.permutation(len(validation.pairs))[: max(batches.size, plan.windows // HELD)]]
    held = [batches.of(validation, part) for part in _parts(judges, batches.size)]
    best, weights, epochs, started = np.inf, model.get_weights(), [], time.monotonic()
    mean: list[np.ndarray] = []
    waited = 0
    for number in range(1, plan.epochs + 1):
        chosen = training.pairs[random.permutation(len(training.pairs))[:drawn]]
        losses = [_step(model.train_on_batch, batches.of(training, part)) for part in _parts(chosen, batches.size)]
        own = model.get_weights()
        mean = [KEPT * old + (1 - KEPT) * new for old, new in zip(mean, own, strict=True)] if mean else own
        model.set_weights(mean)
        epoch = Epoch(number, _mean(losses), _mean([_step(model.test_on_batch, part) for part in held]))
        model.set_weights(own)
        epochs.append(epoch)
        judged = epoch.training if np.isnan(epoch.validation) else epoch.validation
        waited = 0 if judged < best else waited + 1
        if judged < best:
            best, weights = judged, mean
        _report(epoch, plan.epochs, time.monotonic() - started)
        if waited >= plan.patience:
            break
    return Trained(tuple(weights), tuple(epochs))


def predict(model: Any, inputs: Inputs, size: int = 512) -> np.ndarray:
    """Units expected in each period ahead, shape (B, horizon); worked off in parts of one size."""
    count = len(inputs.scale)
    results = []
    for start in range(0, count, size):
        chosen = np.resize(np.arange(start, min(start + size, count)), size)
        results.append(np.asarray(model([array[chosen] for array in inputs.arrays()], training=False)))
    return np.exp(np.concatenate(results)[:count].astype(float)) * inputs.scale[:, None]


def _compile(model: Any, plan: Plan, steps: int) -> None:
    keras = load_keras()
    rate = keras.optimizers.schedules.CosineDecay(plan.learning_rate, decay_steps=steps * plan.epochs, alpha=0.05)
    # XLA is no faster on these small networks and takes five seconds to compile them.
    model.compile(optimizer=keras.optimizers.Adam(rate, clipnorm=1.0), loss=loss_of(plan.loss), jit_compile=False)


def _step(step: Callable[..., Any], batch: tuple[Inputs, np.ndarray, np.ndarray]) -> tuple[float, float]:
    """The loss of one batch and its weight."""
    inputs, ratio, weight = batch
    value = step(inputs.arrays(), ratio, weight)
    return float(np.asarray(value)), float(weight.sum())


def _parts(pairs: np.ndarray, size: int) -> list[np.ndarray]:
    return [pairs[start : start + size] for start in range(0, len(pairs), size)]


def _mean(losses: list[tuple[float, float]]) -> float:
    total = sum(weight for _, weight in losses)
    return sum(loss * weight for loss, weight in losses) / total if total else float("nan")


def _report(epoch: Epoch, epochs: int, seconds: float) -> None:
    left = seconds / epoch.epoch * (epochs - epoch.epoch)
    report(
        epoch.epoch / epochs,
        f"epoch {epoch.epoch} of {epochs}: training loss {epoch.training:.4f}, validation loss {epoch.validation:.4f}, "
        f"at most {left:.0f} seconds left",
    )
