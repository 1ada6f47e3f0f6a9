"""The LSTM and its relatives: one network over all SKUs, all periods ahead at once."""

from dataclasses import dataclass
from typing import ClassVar

from forecasting.models.network.spec import Network


@dataclass(frozen=True)
class Lstm(Network):
    """A long short-term memory network (Hochreiter and Schmidhuber 1997, Neural Computation 9).

    >>> Lstm(horizon=14, epochs=5).window is None  # chosen by the grain: 56 days, 26 weeks, 12 months
    True
    """

    name: ClassVar[str] = "lstm"
    cell: ClassVar[str] = "lstm"


@dataclass(frozen=True)
class Gru(Network):
    """A network of gated recurrent units: as an LSTM with fewer weights (Cho et al. 2014, EMNLP)."""

    name: ClassVar[str] = "gru"
    cell: ClassVar[str] = "gru"


@dataclass(frozen=True)
class Rnn(Network):
    """A simple recurrent network (Elman 1990, Cognitive Science 14): fast, forgets quickly."""

    name: ClassVar[str] = "rnn"
    cell: ClassVar[str] = "rnn"


@dataclass(frozen=True)
class Cnn(Network):
    """A dilated causal convolutional network (Bai, Kolter and Koltun 2018, arXiv 1803.01271)."""

    name: ClassVar[str] = "cnn"
    cell: ClassVar[str] = "cnn"


@dataclass(frozen=True)
class Hybrid(Network):
    """Convolutions that find short patterns, a recurrent network over them, and a straight line for the level.

    After LSTNet (Lai, Chang, Yang and Liu 2018, SIGIR).
    """

    name: ClassVar[str] = "hybrid"
    cell: ClassVar[str] = "hybrid"
