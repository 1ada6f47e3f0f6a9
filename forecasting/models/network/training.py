"""Training: windows drawn by a budget, a later block of time to stop by, and the same weights for the same seed."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.core.progress import report
from forecasting.models.network.architecture import Architecture, build, load_keras
from forecasting.models.network.history import History
from forecasting.models.network.outputs import Answer, Output, output_of
from forecasting.models.network.synthetic import NONE, Synthetic
from forecasting.models.network.windows import Cutter, Inputs

Weights = tuple[np.ndarray, ...]
Batch = tuple[Inputs, np.ndarray, np.ndarray]
SYNTHETIC = 0.5  # synthetic windows for each real one
KEPT = 0.6  # share of the mean weights that an epoch keeps: single epochs differ by several per cent in the level of all SKUs
HELD = 4  # one window is held back to judge by for so many that are drawn, at most


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
    augment: str = NONE


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
    weight: float
    synthetic: Synthetic | None = None

    def made(self, block: Block, rows: np.ndarray) -> Batch:
        """As `of`, of some synthetic windows; they count as much as the real ones that lend them their scale."""
        if self.synthetic is None:
            raise ValueError("there are no synthetic windows")
        chosen = np.resize(rows, self.size)
        inputs, ahead = self.synthetic.inputs(self.history, self.cutter, chosen)
        scale = inputs.scale[:, None]
        weight = np.ones(ahead.shape) * self._weight(scale, block.end)
        weight[len(rows) :] = 0.0
        target = np.stack([ahead, np.broadcast_to(scale, ahead.shape)], axis=2)
        return inputs, target.astype("float32"), weight.astype("float32")

    def _weight(self, scale: np.ndarray, end: int) -> np.ndarray:
        peers = self.history.sums[:, end].sum() / max(self.history.counts[:, end].sum(), 1.0)
        return (scale / max(peers, 1e-300)) ** self.weight

    def of(self, block: Block, pairs: np.ndarray) -> Batch:
        """Inputs, targets (over scale, with the scale), and weights of some windows; the last of a short batch weigh nothing.

        A window weighs nearly as much as its scale, so that one unit counts about the same for every SKU and totals come out
        right; a little less, because the larger a SKU is, the wilder its sales (Taylor 1961, Nature 189).
        """
        rows, origins = np.resize(pairs, (self.size, 2)).T
        inputs = self.cutter.inputs(self.history, rows, origins)
        sales, seen = self.cutter.targets(self.history, rows, origins, block.end)
        scale = np.where(inputs.scale > 0, inputs.scale, 1.0)[:, None]
        weight = seen * self._weight(scale, block.end)
        weight[len(pairs) :] = 0.0
        target = np.stack([sales / scale, np.broadcast_to(scale, sales.shape)], axis=2)
        return inputs, target.astype("float32"), weight.astype("float32")


def train(shape: Architecture, plan: Plan, batches: Batches, training: Block, validation: Block, start: Weights) -> Trained:
    """Train until the loss on the later block stops falling, and keep the weights of its best epoch.

    What is judged and kept is the running mean of the weights (Polyak and Juditsky 1992; Izmailov et al. 2018).
    """
    model = build(shape)
    if start:
        model.set_weights(list(start))
    random = np.random.default_rng(plan.seed)
    drawn = min(plan.windows, len(training.pairs))
    _compile(model, plan, _steps(batches, drawn))
    judges = validation.pairs[random.permutation(len(validation.pairs))[: max(batches.size, plan.windows // HELD)]]
    held = [batches.of(validation, part) for part in _parts(judges, batches.size)]
    best, weights, epochs, started = np.inf, model.get_weights(), [], time.monotonic()
    mean: list[np.ndarray] = []
    waited = 0
    for number in range(1, plan.epochs + 1):
        chosen = training.pairs[random.choice(len(training.pairs), drawn, replace=False)]
        losses = [_step(model.train_on_batch, batch) for batch in _drawn(batches, training, chosen, random)]
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


def predict(model: Any, output: Output, inputs: Inputs, size: int = 512) -> Answer:
    """What is expected in each period ahead; worked off in parts of one size."""
    count = len(inputs.scale)
    results = []
    for start in range(0, count, size):
        chosen = np.resize(np.arange(start, min(start + size, count)), size)
        results.append(np.asarray(model([array[chosen] for array in inputs.arrays()], training=False)))
    return output.read(np.concatenate(results)[:count], inputs.scale)


def _compile(model: Any, plan: Plan, steps: int) -> None:
    keras = load_keras()
    rate = keras.optimizers.schedules.CosineDecay(plan.learning_rate, decay_steps=steps * plan.epochs, alpha=0.05)
    # XLA is no faster on these small networks and takes five seconds to compile them.
    model.compile(optimizer=keras.optimizers.Adam(rate, clipnorm=1.0), loss=output_of(plan.loss).loss, jit_compile=False)


def _step(step: Callable[..., Any], batch: Batch) -> tuple[float, float]:
    """The weighted mean loss of one batch, and its weight; Keras divides by the number of cells, whatever they weigh."""
    inputs, target, weight = batch
    value = float(np.asarray(step(inputs.arrays(), target, weight)))
    total = float(weight.sum())
    return (value * weight.size / total if total else 0.0), total


def _drawn(batches: Batches, block: Block, pairs: np.ndarray, random: np.random.Generator) -> Iterator[Batch]:
    """The batches of one epoch, among them the synthetic ones where there are any."""
    real = _parts(pairs, batches.size)
    if batches.synthetic is None:
        yield from (batches.of(block, part) for part in real)
        return
    made = _parts(random.permutation(len(batches.synthetic.paths))[: _made(batches, len(pairs))], batches.size)
    for number in random.permutation(len(real) + len(made)):
        yield batches.of(block, real[number]) if number < len(real) else batches.made(block, made[number - len(real)])


def _steps(batches: Batches, drawn: int) -> int:
    """Steps of one epoch, those on synthetic windows among them, so that the rate of learning falls until the last."""
    return sum(-(-count // batches.size) for count in (drawn, _made(batches, drawn)))


def _made(batches: Batches, drawn: int) -> int:
    """Synthetic windows of an epoch that draws so many real ones."""
    if batches.synthetic is None:
        return 0
    return min(len(batches.synthetic.paths), max(batches.size, int(SYNTHETIC * drawn)))


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
        (epoch.epoch, epoch.training, epoch.validation),
    )
