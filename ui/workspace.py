"""One Workspace per session: the data, what is selected, and what was computed from it.

Setting a new panel clears everything that came from the old one. What is selected stands in the URL too, so that a link opens
the same view and the selection follows the user from page to page.
"""

from dataclasses import dataclass, field, replace
from typing import TypeVar

import streamlit as st

from forecasting import workflow
from forecasting.core.model import Model
from forecasting.core.panel import Panel
from forecasting.models.network.fitted import FittedNetwork
from forecasting.publishing import Log, Published
from forecasting.samples import SAMPLES
from forecasting.workflow.calendars import Calendar, usual_festivals, with_calendar
from forecasting.workflow.exploring import recent_periods
from ui import language
from ui.memory import collect_soon
from ui.uploads import Source

_KEY = "_workspace"
_LONGEST_HORIZON = 400
T = TypeVar("T")


@dataclass
class Workspace:
    """The state of one user's work; pages read it and change it through its methods only.

    `specs` are the settings with which a model's form starts, by the name of the model, where they are not its defaults.
    `calendar` is what the events of the panel were laid out from, None as long as nobody asked for any.
    While cleaned sales are in use, `cleaned` is the request that made them; it holds the raw ones, for the way back.
    `token` opens the saved workspace, `written` is what was last saved of it, `unsaved` why nothing can be saved,
    `lost` whether the link that was opened leads to no saved work. `overrides`, the `archive` of published forecasts, and the
    `network` that was fitted last stay when later sales of the same shop come in. `dropped` are results that were cleared,
    whose jobs may still be at work.
    """

    panel: Panel | None = None
    imported: workflow.Imported | None = None
    source: Source | None = None
    cleaned: workflow.Clean | None = None
    country: str | None = None
    calendar: Calendar | None = None
    sku: str | None = None
    model: str = workflow.DEFAULT_MODEL
    horizon: int = 28
    specs: dict[str, Model] = field(default_factory=dict)
    results: dict[str, object] = field(default_factory=dict)
    dropped: list[object] = field(default_factory=list)
    overrides: Log = field(default_factory=Log)
    archive: tuple[Published, ...] = ()
    network: FittedNetwork | None = None
    token: str | None = None
    written: dict[str, object] = field(default_factory=dict)
    unsaved: str = ""
    lost: bool = False
    _sent: dict[str, str] = field(default_factory=dict)
    _before: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the data is called."""
        return self.source.title if self.source else ""

    @property
    def sample(self) -> str | None:
        """The name of the sample store in use, if it is one."""
        return self.source.sample if self.source else None

    def set_panel(self, panel: Panel, imported: workflow.Imported | None, source: Source) -> None:
        """Take up new data: results of the old one are cleared, a SKU that it does not have is forgotten.

        Later sales of the same shop go on in the same saved workspace; those of another shop begin a new one.
        """
        if self.panel is not None and not same_shop(self.panel, panel):
            self.leave()
            self.results.clear()  # not dropped: what is at work goes on, for the saved workspace that was left
            self.calendar = None
        if self.calendar is not None:
            panel = with_calendar(panel, self.calendar)
        if self.panel is None or self.panel.digest != panel.digest:
            self.network = _network_among(self.results) or self.network
            self._drop_results()
            self.specs.clear()
        if self.panel is None or self.panel.freq != panel.freq or self.horizon > len(panel.calendar) // 2:
            self.horizon = recent_periods(panel)
        self.panel, self.imported, self.source, self.cleaned = panel, imported, source, None
        self.lost = False
        self.country = SAMPLES[self.sample].country if self.sample else None
        self.country = self.calendar.country if self.calendar else self.country
        if self.sku not in panel.ids:
            self.sku = None
        self.write_url()
        collect_soon()

    @property
    def raw(self) -> Panel | None:
        """The sales as they came in, whichever are in use."""
        return self.cleaned.panel if self.cleaned else self.panel

    def use(self, panel: Panel, cleaned: workflow.Clean | None, *, keep: str) -> None:
        """Work with the cleaned or the raw sales of the same data; results of the others are cleared, but the one to keep."""
        self.panel, self.cleaned = panel, cleaned
        self._drop_results(keep)
        self.specs.clear()
        collect_soon()

    def use_calendar(self, calendar: Calendar | None) -> None:
        """Let all models know other holidays and events; what was computed without them is cleared.

        None takes them away; so does a calendar without any.
        """
        if calendar is not None:
            self.country = calendar.country
        self.calendar = calendar = None if calendar == Calendar() else calendar
        if self.cleaned is not None:
            self.cleaned = replace(self.cleaned, panel=with_calendar(self.cleaned.panel, calendar))
        if self.panel is not None:
            self.panel = with_calendar(self.panel, calendar)
        self._drop_results()
        collect_soon()

    def set_country(self, country: str | None) -> None:
        """Choose whose holidays count, on all pages; festivals that were not edited follow."""
        if self.calendar is not None and self.panel is not None:
            edited = self.calendar.festivals != usual_festivals(self.country, self.panel)
            own = self.calendar.festivals if edited else usual_festivals(country, self.panel)
            self.use_calendar(replace(self.calendar, country=country, festivals=own))
        self.country = country

    def clear(self) -> None:
        """Forget the data and everything that came from it."""
        self.calendar = None
        self.panel, self.imported, self.source, self.cleaned, self.sku = None, None, None, None, None
        self.results.clear()
        self.specs.clear()
        self.leave()
        self.write_url()

    def leave(self) -> None:
        """Let go of the saved workspace, which stays as it is."""
        self.token, self.written = None, {}
        self.overrides, self.archive, self.network = Log(), (), None

    def _drop_results(self, keep: str | None = None) -> None:
        self.dropped += [result for name, result in self.results.items() if name != keep]
        self.results = {name: result for name, result in self.results.items() if name == keep}

    def select(self, *, sku: str | None = None, model: str | None = None, horizon: int | None = None) -> None:
        """Change what is selected; None leaves a thing as it is."""
        self.sku = self.sku if sku is None else sku
        self.model = self.model if model is None else model
        self.horizon = self.horizon if horizon is None else horizon
        self.write_url()

    def result(self, name: str, kind: type[T]) -> T | None:
        """A result by its name, if there is one and it is of this kind."""
        value = self.results.get(name)
        return value if isinstance(value, kind) else None

    def read_url(self) -> None:
        """Take from the URL what the user, not we, put there."""
        news = self._news(dict(st.query_params.items()))
        if news.get("sku") and (self.panel is None or news["sku"] in self.panel.ids):
            self.sku = news["sku"]
        if news.get("model") in workflow.MODELS:
            self.model = news["model"]
        horizon = news.get("horizon", "")
        if horizon.isdecimal() and 1 <= int(horizon) <= _LONGEST_HORIZON:
            self.horizon = int(horizon)

    def write_url(self) -> None:
        """Put what is selected into the URL."""
        address = self._address()
        if address != self._sent:
            self._before, self._sent = self._sent, address
        if dict(st.query_params.items()) != address:
            st.query_params.from_dict(address)

    def _news(self, url: dict[str, str]) -> dict[str, str]:
        """What we did not send: a click that overtook our last change still carries the address before it."""
        if url == self._sent:
            self._before = {}
        return {key: value for key, value in url.items() if value not in (self._sent.get(key), self._before.get(key))}

    def _address(self) -> dict[str, str]:
        address = {language.IN_URL: language.in_url()}
        if self.panel is not None:
            address |= {
                "w": self.token,
                "demo": self.sample,
                "sku": self.sku,
                "model": self.model,
                "horizon": str(self.horizon),
            }
        return {key: value for key, value in address.items() if value}


def _network_among(results: dict[str, object]) -> FittedNetwork | None:
    """The network of the Model page's last fit, if that was one."""
    tried = [getattr(here, "result", None) for here in results.values()]
    networks = [result.fit.network for result in tried if isinstance(result, workflow.Tryout)]
    return networks[-1] if networks else None


def same_shop(before: Panel, now: Panel) -> bool:
    """Whether most SKUs of the smaller of the two are in the other."""
    return 2 * len(set(before.ids) & set(now.ids)) >= min(len(before), len(now))


def current() -> Workspace:
    """The workspace of this session."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Workspace()
    return st.session_state[_KEY]
