"""The Model page's offer to go on from the last network when later sales have come in, and what that saves."""

import streamlit as st

from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.models.network.fitted import FittedNetwork
from forecasting.models.network.spec import AGAIN
from ui import models, words
from ui.language import t
from ui.workspace import current


def control(panel: Panel, name: str, horizon: int) -> FittedNetwork | None:
    """Offer to go on, where there is a network of this kind to go on from; the network, if that is wanted."""
    former = offered(panel, name)
    if former is None:
        return None
    added = len(panel.calendar) - int(panel.calendar.searchsorted(former.origin.cutoff, side="right"))
    wanted = st.toggle(
        t("Go on from the last fit"),
        value=True,
        key=f"learn-on-{name}",
        persist_state="session",
        help=t(
            "It starts from what it has learnt of each SKU instead of from nothing. With another width, depth, window or "
            "horizon it learns afresh. Fit afresh, too, when the shop has changed a lot."
        ),
    )
    since = words.count(added, grain(panel.freq).noun)
    st.caption(
        t(
            f"The last {models.title(name)} has learnt up to {words.day(former.origin.cutoff)}; {since} "
            f"came in since. Going on takes a third of the passes; "
            f"{'so does the test, because it' if added >= horizon else 'the test starts afresh, so that it'} knows nothing of "
            "what it is tested on."
        )
    )
    return former if wanted else None


def offered(panel: Panel, name: str) -> FittedNetwork | None:
    """The network that was fitted last, if it is of this kind and sales have come in since."""
    former = current().network
    if former is None or (former.name, former.origin.freq) != (name, panel.freq) or not former.members:
        return None
    return former if former.origin.cutoff < panel.last else None


def share(former: FittedNetwork | None, panel: Panel, horizon: int) -> float:
    """How much of the training of a fit and its test is done when it goes on from a former fit."""
    if former is None:
        return 1.0
    tested = former.origin.cutoff <= panel.calendar[max(len(panel.calendar) - horizon - 1, 0)]
    return 1 / AGAIN if tested else (1 + 1 / AGAIN) / 2
