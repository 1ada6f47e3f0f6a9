"""What a statistical method settled on for one series, as an analyst wants to read it: its form, parameters and criteria."""

from dataclasses import dataclass, replace

import numpy as np

_IN_UNITS = ("intercept", "drift")  # parameters that grow with the series; smoothing weights and ARMA coefficients do not


@dataclass(frozen=True)
class Described:
    """One fit: `form`, such as ETS(A,N,A), and its `parameters` with their standard errors (NaN where there are none).

    `sigma` is the standard deviation of a one-step error, a share of the level where `relative`; `count` the number of
    estimated parameters, the variance among them, `observed` the periods that the likelihood is of. NaN and 0 where a method
    has none.
    """

    form: str
    parameters: tuple[tuple[str, float, float], ...] = ()
    sigma: float = float("nan")
    log_likelihood: float = float("nan")
    count: float = 0
    observed: int = 0
    relative: bool = False

    @property
    def aic(self) -> float:
        """-2 log likelihood and two for each parameter. Akaike (1974)."""
        return -2 * self.log_likelihood + 2 * self.count

    @property
    def aicc(self) -> float:
        """AIC corrected for short series. Hurvich and Tsai (1989).

        >>> Described("ETS(A,N,N)", log_likelihood=-50.0, count=3, observed=24).aicc
        107.2
        """
        spare = self.observed - self.count - 1
        return self.aic + 2 * self.count * (self.count + 1) / spare if spare > 0 else float("nan")

    @property
    def bic(self) -> float:
        """-2 log likelihood and log(periods) for each parameter. Schwarz (1978)."""
        return -2 * self.log_likelihood + self.count * float(np.log(max(self.observed, 1)))

    def times(self, level: float) -> "Described":
        """The same fit of a series `level` times as large."""
        scaled = tuple(
            (name, value * level, error * level) if name in _IN_UNITS else (name, value, error)
            for name, value, error in self.parameters
        )
        return replace(
            self,
            parameters=scaled,
            sigma=self.sigma if self.relative else self.sigma * level,
            log_likelihood=self.log_likelihood - self.observed * float(np.log(level)),
        )

    def text(self, unique_id: str) -> str:
        """The fit in a few lines of plain text."""
        lines = [f"{self.form} for {unique_id}"]
        for name, value, error in self.parameters:
            lines.append(f"  {name:<16}{value:>12.4g}" + ("" if np.isnan(error) else f"   s.e. {error:.4g}"))
        if np.isfinite(self.sigma):
            unit = " of the level" if self.relative else ""
            lines.append(f"sigma {self.sigma:.4g}{unit}, sigma^2 {self.sigma**2:.4g}")
        if np.isfinite(self.log_likelihood):
            lines.append(self.criteria)
        return "\n".join(lines)

    @property
    def criteria(self) -> str:
        """The likelihood and what is made of it, in one line."""
        return criteria(self.log_likelihood, self.aic, self.aicc, self.bic)


def criteria(log_likelihood: float, aic: float, aicc: float, bic: float) -> str:
    """The likelihood and what is made of it, in one line."""
    return f"log likelihood {log_likelihood:.2f}, AIC {aic:.2f}, AICc {aicc:.2f}, BIC {bic:.2f}"
