"""The sample stores, opened."""

import pandas as pd

from forecasting.core.panel import Panel
from forecasting.samples import FOLDER, SAMPLES


def open_sample(name: str) -> tuple[Panel, None]:
    """A sample store as a panel."""
    frame = pd.concat([pd.read_csv(FOLDER / file, dtype={"sku": str}) for file in SAMPLES[name].files])
    texts = frame.columns.intersection(["category", "description"])
    static = frame.groupby("sku")[list(texts)].first()
    frame = frame.rename(columns={"sku": "unique_id", "date": "ds", "units": "y"}).drop(columns=texts)
    known = [column for column in ("price", "discount", "display", "mailer") if column in frame and name == "grocery"]
    return Panel.build(frame, freq="D", static=static, known=known), None
