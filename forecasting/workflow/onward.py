"""Going on from the last fit: what a network has learnt is where it starts, wherever that gives nothing away."""

from dataclasses import dataclass

from forecasting.core.model import Fitted, LearnsOn, Model
from forecasting.core.panel import Panel
from forecasting.models.network.fitted import FittedNetwork


@dataclass(frozen=True, eq=False)
class Onward:
    """A spec that learns on from a former fit, and afresh from a panel that ends before what that fit has seen.

    So it can be judged on held-back periods like any other model: the former fit never knows what it is tested on.
    """

    spec: Model
    former: FittedNetwork

    @property
    def name(self) -> str:
        """That of the spec."""
        return self.spec.name

    def fit(self, panel: Panel) -> Fitted:
        if isinstance(self.spec, LearnsOn) and self.former.origin.cutoff <= panel.last:
            return self.spec.fit_again(panel, self.former)
        return self.spec.fit(panel)
