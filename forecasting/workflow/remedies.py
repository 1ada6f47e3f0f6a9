"""What to change in a model when its residuals show a pattern: the finding in a sentence, and the spec that answers it."""

from dataclasses import dataclass, replace

from forecasting.core.model import Model
from forecasting.models.arima import Arima
from forecasting.models.linear import Linear

_LONGEST_SEASON = 24
_MOST_LAGS = 5


@dataclass(frozen=True)
class Remedy:
    """A change of a model's settings: what its button says, and the spec after it."""

    label: str
    spec: Model


def remedies(spec: Model, found: tuple[str, ...], season: int, noun: str = "period") -> tuple[Remedy, ...]:
    """The changes that answer the findings `season`, `weekday`, `memory`, `spread` and `promotion`, the first one first.

    Only for models that have a setting for it; a change that is made already is not offered again.

    >>> remedies(Arima(order=(1, 0, 0)), ("season",), 7, "day")[0].label
    'Add a seasonal part of 7 days'
    """
    offered = [_remedy(spec, finding, season, noun) for finding in found]
    distinct = {remedy.label: remedy for remedy in offered if remedy is not None and remedy.spec != spec}
    return tuple(distinct.values())


def _remedy(spec: Model, finding: str, season: int, noun: str) -> Remedy | None:
    if isinstance(spec, Arima):
        return _for_arima(spec, finding, season, noun)
    return _for_linear(spec, finding, season, noun) if isinstance(spec, Linear) else None


def _for_arima(spec: Arima, finding: str, season: int, noun: str) -> Remedy | None:
    order = spec.order or (1, 0, 1)
    if finding in ("season", "weekday") and 1 < season <= _LONGEST_SEASON:
        had = spec.seasonal_order or (0, 0, 0, season)
        seasonal = (1, had[1], 1, season) if not (had[0] or had[2]) else (min(had[0] + 1, 2), had[1], had[2], season)
        return Remedy(f"Add a seasonal part of {season} {noun}s", replace(spec, order=order, seasonal_order=seasonal))
    if finding == "memory" and order[0] < _MOST_LAGS:
        longer = (order[0] + 1, order[1], order[2])
        return Remedy(f"Set p to {longer[0]}", replace(spec, order=longer))
    return _for_both(spec, finding)


def _for_linear(spec: Linear, finding: str, season: int, noun: str) -> Remedy | None:
    if finding == "weekday":
        return Remedy("Give each weekday its own level", replace(spec, weekday="dummies"))
    if finding == "season" and season > 1:
        return Remedy(f"Add sales {season} {noun}s before", replace(spec, lags=_with(spec.lags, season)))
    if finding == "memory":
        carried = replace(spec, carry=True)
        return Remedy("Carry errors ahead", carried) if carried != spec else Remedy(
            f"Add sales one {noun} before", replace(spec, lags=_with(spec.lags, 1))
        )  # fmt: skip
    return _for_both(spec, finding)


def _for_both(spec: Arima | Linear, finding: str) -> Remedy | None:
    if finding == "spread":
        return Remedy("Model the logarithm of sales", replace(spec, transform="log"))
    if finding == "promotion":
        return Remedy("Use price and promotions", replace(spec, regressors=True))
    return None


def _with(lags: tuple[int, ...], lag: int) -> tuple[int, ...]:
    return tuple(sorted({*lags, lag}))
