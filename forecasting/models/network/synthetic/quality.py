"""How like the shop's own windows synthetic ones are, each number beside what it would be at best."""

from dataclasses import dataclass

import numpy as np

_MOST = 400  # windows of each kind that are compared
_LAGS = 28
_NEIGHBOURS = 5


@dataclass(frozen=True)
class Quality:
    """What is told of a generator; real windows that it did not learn from are the measure.

    Attributes:
        discriminative: how often a classifier tells synthetic from real, beyond a coin's half: 0 is best, 0.5 worst (Yoon
            et al. 2019).
        transfer: error on real windows of a regression learnt from synthetic ones, over that of one learnt from real ones: 1 is
            as good (train on synthetic, test on real; Esteban et al. 2017).
        acf: mean distance of the autocorrelations up to four weeks.
        acf_real: the same of the real windows that it learnt from.
        marginal: Wasserstein distance of single sales over scale.
        marginal_real: the same of the real windows that it learnt from.
        nearest: distance of a synthetic window to the nearest real one, over that of a real one: far below 1 it is a copy.
        coverage: share of real windows with a synthetic one in their neighbourhood: low where kinds of windows are missing
            (Naeem et al. 2020).
    """

    discriminative: float
    transfer: float
    acf: float
    acf_real: float
    marginal: float
    marginal_real: float
    nearest: float
    coverage: float


def quality_of(seen: np.ndarray, held: np.ndarray, made: np.ndarray, window: int, seed: int) -> Quality:
    """Compare the windows that a generator learnt from (`seen`), others that it did not (`held`), and those it has `made`.

    All are sales over scale, (windows, window + horizon), in no order.
    """
    from scipy.stats import wasserstein_distance

    count = min(_MOST, len(seen), len(held), len(made))
    seen, held, made = seen[:count], held[:count], made[:count]
    return Quality(
        discriminative=_discriminative(held, made, seed),
        transfer=_transfer(seen, made, held, window),
        acf=_acf_distance(held, made),
        acf_real=_acf_distance(held, seen),
        marginal=float(wasserstein_distance(held.ravel(), made.ravel())),
        marginal_real=float(wasserstein_distance(held.ravel(), seen.ravel())),
        nearest=_nearest(seen, made, held),
        coverage=_coverage(held, made),
    )


def _discriminative(real: np.ndarray, made: np.ndarray, seed: int) -> float:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import cross_val_score

    windows = np.concatenate([_described(real), _described(made)])
    label = np.repeat([0, 1], [len(real), len(made)])
    forest = RandomForestClassifier(n_estimators=60, min_samples_leaf=3, random_state=seed, n_jobs=1)
    return float(abs(cross_val_score(forest, windows, label, cv=3).mean() - 0.5))


def _described(paths: np.ndarray) -> np.ndarray:
    """The sales, and what a person would look at: how often none, how large, how wild, how like yesterday and last week."""
    lags = [_autocorrelation(paths, lag)[:, None] for lag in (1, 7)]
    return np.column_stack([paths, (paths == 0).mean(axis=1), paths.mean(axis=1), paths.std(axis=1), paths.max(axis=1), *lags])


def _transfer(real: np.ndarray, made: np.ndarray, held: np.ndarray, window: int) -> float:
    from sklearn.linear_model import Ridge

    errors = []
    for source in (made, real):
        model = Ridge(alpha=10.0).fit(np.log1p(source[:, :window]), source[:, window:].mean(axis=1))
        errors.append(np.abs(model.predict(np.log1p(held[:, :window])) - held[:, window:].mean(axis=1)).mean())
    return float(errors[0] / errors[1]) if errors[1] > 0 else float("nan")


def _acf_distance(left: np.ndarray, right: np.ndarray) -> float:
    lags = range(1, min(_LAGS, left.shape[1] // 2) + 1)
    return float(np.mean([abs(_autocorrelation(left, k).mean() - _autocorrelation(right, k).mean()) for k in lags]))


def _autocorrelation(paths: np.ndarray, lag: int) -> np.ndarray:
    centred = paths - paths.mean(axis=1, keepdims=True)
    power = (centred**2).sum(axis=1)
    products = (centred[:, lag:] * centred[:, : paths.shape[1] - lag]).sum(axis=1)
    return np.divide(products, power, out=np.zeros(len(paths)), where=power > 0)


def _nearest(seen: np.ndarray, made: np.ndarray, held: np.ndarray) -> float:
    from sklearn.neighbors import NearestNeighbors

    neighbours = NearestNeighbors(n_neighbors=1).fit(np.log1p(seen))
    near, usual = (float(np.median(neighbours.kneighbors(np.log1p(paths))[0])) for paths in (made, held))
    return near / usual if usual > 0 else float("nan")


def _coverage(held: np.ndarray, made: np.ndarray) -> float:
    from sklearn.neighbors import NearestNeighbors

    count = min(_NEIGHBOURS, len(held) - 1)
    radius = NearestNeighbors(n_neighbors=count + 1).fit(np.log1p(held)).kneighbors(np.log1p(held))[0][:, -1]
    nearest = NearestNeighbors(n_neighbors=1).fit(np.log1p(made)).kneighbors(np.log1p(held))[0][:, 0]
    return float((nearest <= radius).mean())
