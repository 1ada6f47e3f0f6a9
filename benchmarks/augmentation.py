"""Whether synthetic windows help a network, and how like real ones they are: the test of the Model page, one by one.

    python -m benchmarks.augmentation                           # the gift shop's 200 best sellers, three cutoffs, 28 days ahead
    python -m benchmarks.augmentation --store grocery           # prices and promotions known ahead
    python -m benchmarks.augmentation --quick --generators vae  # one network of 10 epochs with 8,000 windows each

All generators are set beside the same networks without synthetic windows, which are trained once.
"""

import argparse
import time
from collections.abc import Iterator

import pandas as pd

from benchmarks.lstm import HORIZON, STEP, chosen, gift_shop, grocery_store, model_of
from forecasting.core.checkpoint import remember
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest
from forecasting.models.network.spec import Network
from forecasting.models.network.synthetic import GENERATORS
from forecasting.workflow import SyntheticTried, TrySynthetic, run


class Networks(dict[str, object]):
    """What was trained once and is set beside every generator."""

    recall, keep = dict.get, dict.__setitem__


def trials(panel: Panel, spec: Network, generators: list[str], windows: int) -> Iterator[dict[str, object]]:
    """What the test of the Model page says of each generator."""
    with remember(Networks()):
        for name in generators:
            started = time.perf_counter()
            tried = run(TrySynthetic(panel, spec, name, Backtest(HORIZON, windows, step=STEP)))
            yield told(tried) | {"seconds": time.perf_counter() - started}


def told(tried: SyntheticTried) -> dict[str, object]:
    """The gain with its bounds in %, and the measures, each beside what it would be at best."""
    quality = tried.quality
    return {
        "generator": tried.generator, "WAPE without": tried.wape_without, "WAPE with": tried.wape,
        "gain %": 100 * tried.gain, "lower %": 100 * tried.lower, "upper %": 100 * tried.upper, "helps": tried.helps,
        "told apart (0)": quality.discriminative, "synthetic to real (1)": quality.transfer,
        f"ACF ({quality.acf_real:.3f})": quality.acf, f"sales ({quality.marginal_real:.3f})": quality.marginal,
        "nearest (1)": quality.nearest, "covered (1)": quality.coverage,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", choices=("gifts", "grocery"), default="gifts")
    parser.add_argument("--skus", type=int, default=200)
    parser.add_argument("--windows", type=int, default=3)
    parser.add_argument("--generators", nargs="*", choices=tuple(GENERATORS), default=list(GENERATORS))
    parser.add_argument("--quick", action="store_true", help="one network of 10 epochs with 8,000 windows each")
    options = parser.parse_args()
    panel = chosen(gift_shop() if options.store == "gifts" else grocery_store(), options.skus, 0, options.windows)
    spec = model_of("lstm", options.quick)
    if not isinstance(spec, Network):
        raise TypeError("synthetic windows are for networks")
    print(f"{len(panel)} SKUs of {options.store}, {len(panel.calendar)} days, {HORIZON} ahead, {options.windows} cutoffs")
    rows = []
    for row in trials(panel, spec, options.generators, options.windows):
        rows.append(row)
        print(f"{row['generator']}: gain {row['gain %']:+.1f} % after {row['seconds']:.0f} seconds", flush=True)
    print(pd.DataFrame(rows).set_index("generator").T.to_string(float_format=lambda value: f"{value:.3f}"))


if __name__ == "__main__":
    main()
