"""Synthetic windows, honestly judged: how like the shop's own they are, and whether a network forecasts better with them."""

from dataclasses import dataclass, replace

import numpy as np

from forecasting.core.errors import HistoryTooShort, SpecInvalid
from forecasting.core.panel import Panel
from forecasting.core.progress import part
from forecasting.evaluation.backtest import Backtest
from forecasting.evaluation.differences import paired_bootstrap
from forecasting.evaluation.evaluation import Evaluation, evaluate
from forecasting.models.network.fitting import prepare, real_of
from forecasting.models.network.spec import Network
from forecasting.models.network.synthetic import GENERATORS, NONE, synthesize
from forecasting.models.network.synthetic.quality import Quality, quality_of
from forecasting.models.network.training import SYNTHETIC
from forecasting.workflow.request import run

LEAST_GAIN = 0.01
MOST_WINDOWS = 2_000_000  # that a network may draw for an epoch
_EXAMPLES = 6


@dataclass(frozen=True, eq=False)
class TrySynthetic:
    """Ask whether a network forecasts better when it also learns from the windows of a generator (a name of GENERATORS)."""

    panel: Panel
    spec: Network
    generator: str
    backtest: Backtest


@dataclass(frozen=True, eq=False)
class SyntheticTried:
    """What came of it.

    `quality` compares windows; `real` and `made` are some of them, over scale, (n, window + horizon); `gain` is how much
    smaller the WAPE is with them, as a share, and `lower` and `upper` bound 95 % of it over other SKUs of this kind (NaN with
    fewer than five SKUs). `wape` and `wape_without` are those of the same cutoffs.
    """

    generator: str
    quality: Quality
    real: np.ndarray
    made: np.ndarray
    wape: float
    wape_without: float
    gain: float
    lower: float
    upper: float

    @property
    def helps(self) -> bool:
        """Whether synthetic windows may be switched on: 1 % better at least, and surely better than without."""
        return self.gain >= LEAST_GAIN and self.lower > 0

    @property
    def verdict(self) -> str:
        """What came of it, in one sentence."""
        title = GENERATORS[self.generator][0]
        if not np.isfinite(self.gain):
            return f"{title}: nothing was sold in the test, so nothing can be said; they stay off."
        said = f"{abs(100 * self.gain):.1f} % {'less' if self.gain > 0 else 'more'} error with synthetic windows"
        if np.isfinite(self.lower):
            said += f" (95 % interval {100 * self.lower:+.1f} to {100 * self.upper:+.1f} %)"
        if self.helps:
            return f"{title}: {said}. They help and can be switched on."
        return f"{title}: {said}. Not surely 1 % better, so they stay off."


@run.register
def try_synthetic(request: TrySynthetic) -> SyntheticTried:
    """Compare windows, then train with and without them at the same cutoffs, on as many windows in all.

    Without, the network draws more real windows in their place: more steps of learning alone can be worth 1 %.
    Raises SpecInvalid for an unknown generator and HistoryTooShort where there are too few windows to learn from.
    """
    if request.generator not in GENERATORS:
        raise SpecInvalid(f"There is no generator '{request.generator}'; choose one of {', '.join(GENERATORS)}.")
    plain = replace(request.spec, augment=NONE)
    with part(0.0, 0.2, "Looking at the windows: "):
        quality, real, made = _looked_at(request.panel, plain, request.generator)
    with part(0.2, 1.0, "With and without: "):
        models = (as_long(plain), replace(plain, augment=request.generator))
        evaluation = evaluate(request.panel, models, request.backtest)
    return SyntheticTried(request.generator, quality, real, made, *_gain(evaluation))


def as_long(spec: Network) -> Network:
    """The same network without synthetic windows, with as many real ones in an epoch as both are together."""
    return replace(spec, augment=NONE, windows=min(int((1 + SYNTHETIC) * spec.windows), MOST_WINDOWS))


def _looked_at(panel: Panel, spec: Network, generator: str) -> tuple[Quality, np.ndarray, np.ndarray]:
    """Windows of a generator that has seen one half of the real ones, beside the other half."""
    prepared = prepare(panel, spec.horizon, spec.window)
    real = real_of(prepared, spec.seed)
    half = len(real.paths) // 2
    made = synthesize(generator, real.take(np.arange(half)), max(half, 1), spec.seed)
    if made is None:
        raise HistoryTooShort(
            f"There are {len(real.paths)} whole windows to learn from, too few for a generator. Choose more SKUs, a shorter "
            "window or a shorter horizon."
        )
    quality = quality_of(real.paths[:half], real.paths[half:], made.paths, prepared.cutter.window, spec.seed)
    return quality, real.paths[:_EXAMPLES], made.paths[:_EXAMPLES]


def _gain(evaluation: Evaluation) -> tuple[float, float, float, float, float]:
    """WAPE with and without, the gain, and its bounds; NaN where it is not defined."""
    without, with_them = evaluation.models
    rows = evaluation.rows.assign(error=(evaluation.rows["actual"] - evaluation.rows["mean"]).abs())
    errors = rows.pivot_table(index="unique_id", columns="model", values="error", aggfunc="sum")
    units = rows[rows["model"] == without].groupby("unique_id")["actual"].sum().reindex(errors.index).to_numpy()
    ours, theirs = errors[with_them].to_numpy(), errors[without].to_numpy()
    sold = units.sum()
    if sold <= 0 or theirs.sum() <= 0:
        nothing = float("nan")
        return nothing, nothing, nothing, nothing, nothing
    low, high, _ = paired_bootstrap(ours, theirs, units)
    wape, before = ours.sum() / sold, theirs.sum() / sold
    return float(wape), float(before), float(1 - wape / before), float(-high / before), float(-low / before)
