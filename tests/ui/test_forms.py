"""A form is its spec: every knob has an input, what the inputs say is the spec, and nothing runs before the button."""

from dataclasses import fields
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from forecasting.core.knob import knobs
from forecasting.models import MODELS, make
from ui.forms import NOT_RUN, shape_of


def toy_page() -> None:
    from dataclasses import dataclass
    from typing import Literal

    import streamlit as st

    from forecasting.core.errors import SpecInvalid
    from forecasting.core.knob import check_knobs, knob
    from ui import forms

    @dataclass(frozen=True)
    class Toy:
        window: int | None = knob(None, "Window", "How many.", low=1, high=9)
        rate: float = knob(0.5, "Rate", "How much.", low=0.0, high=1.0)
        log: bool = knob(False, "Log", "Whether.")
        loss: str = knob("mae", "Loss", "Which.", choices=("mae", "mse"))
        part: Literal["auto", "none"] = knob("auto", "Part", "Which part.")
        order: tuple[int, int, int] = knob((1, 0, 1), "p, d, q", "The order.", low=0, high=5)
        seasonal: tuple[int, int] | None = knob(None, "P, Q", "The seasonal order.", low=0, high=2)
        seasons: tuple[int, ...] = knob((), "Seasons", "Which.", advanced=True)
        horizon: int = knob(28, "Horizon", "Set elsewhere.")

        def __post_init__(self) -> None:
            check_knobs(self)
            if self.log and self.rate == 0:
                raise SpecInvalid("A rate of 0 and a logarithm do not go together; choose one.")

    st.session_state.setdefault("ran", None)

    def run(spec: Toy) -> None:
        st.session_state.ran = spec

    st.session_state.setdefault("start", Toy())
    kept = st.session_state.ran
    forms.settings("toy", Toy(), None if kept is None else Toy(**vars(kept)), run, "Fit")


@pytest.fixture
def page() -> AppTest:
    app = AppTest.from_function(toy_page, default_timeout=20)
    app.session_state["toy-more"] = True
    return app.run()


def ran(page: AppTest) -> dict[str, Any]:
    return vars(page.session_state.ran)


def told(page: AppTest) -> bool:
    return any(NOT_RUN in text.value for text in page.markdown)


def test_nothing_runs_because_an_input_moved(page: AppTest) -> None:
    page.number_input(key="toy-window").set_value(4).run()
    assert page.session_state.ran is None
    page.button(key="run-toy").click().run()
    assert ran(page)["window"] == 4


def test_every_kind_of_knob_reaches_the_spec(page: AppTest) -> None:
    page.number_input(key="toy-rate").set_value(0.25)
    page.toggle(key="toy-log").set_value(True)
    page.selectbox(key="toy-loss").set_value("mse")
    page.selectbox(key="toy-part").set_value("none")
    page.number_input(key="toy-order-0").set_value(3)
    page.text_input(key="toy-seasons").set_value("7, 364")
    page.button(key="run-toy").click().run()
    expected = {"window": None, "rate": 0.25, "log": True, "loss": "mse", "part": "none", "order": (3, 0, 1), "seasonal": None}
    assert ran(page) == expected | {"seasons": (7, 364), "horizon": 28}
    assert not page.exception


def test_what_is_folded_away_keeps_what_it_said(page: AppTest) -> None:
    page.text_input(key="toy-seasons").set_value("7, 364").run()
    page.session_state["toy-more"] = False
    page.run()
    assert not page.text_input
    page.button(key="run-toy").click().run()
    assert ran(page)["seasons"] == (7, 364)
    page.session_state["toy-more"] = True
    assert page.run().text_input(key="toy-seasons").value == "7, 364"


def test_labels_ranges_and_help_are_the_knobs(page: AppTest) -> None:
    window = page.number_input(key="toy-window")
    assert (window.label, window.min, window.max, window.value, window.help) == ("Window", 1, 9, None, "How many.")
    assert [entry.label for entry in page.number_input if "order" in entry.key] == ["p", "d", "q"]
    assert not [entry for entry in page.number_input if "horizon" in entry.key]


def test_a_changed_form_says_that_it_was_not_run(page: AppTest) -> None:
    page.button(key="run-toy").click().run()
    assert not told(page)
    page.number_input(key="toy-window").set_value(4).run()
    assert told(page)
    page.number_input(key="toy-window").set_value(None).run()
    assert not told(page)


def test_what_a_spec_refuses_is_a_sentence_beside_the_form(page: AppTest) -> None:
    page.number_input(key="toy-rate").set_value(0.0)
    page.toggle(key="toy-log").set_value(True).run()
    assert [error.value for error in page.error] == ["A rate of 0 and a logarithm do not go together; choose one."]
    assert page.button(key="run-toy").disabled


@pytest.mark.parametrize(("text", "sentence"), [("7, x", "write numbers with commas")])
def test_a_list_that_cannot_be_read_is_a_sentence(page: AppTest, text: str, sentence: str) -> None:
    page.text_input(key="toy-seasons").set_value(text).run()
    assert sentence in page.error[0].value


def test_an_order_is_filled_or_left_automatic_as_a_whole(page: AppTest) -> None:
    page.number_input(key="toy-seasonal-1").set_value(2).run()
    assert "fill all of them, or clear all of them" in page.error[0].value
    page.number_input(key="toy-seasonal-0").set_value(1).run()
    page.button(key="run-toy").click().run()
    assert ran(page)["seasonal"] == (1, 2)


def one_model_page(name: str) -> None:
    import streamlit as st

    from forecasting.models import make
    from ui import forms

    st.session_state["same"] = forms.inputs(name, make(name)) == make(name)


@pytest.mark.parametrize("name", MODELS)
def test_the_form_of_every_model_shows_its_defaults(name: str) -> None:
    page = AppTest.from_function(one_model_page, kwargs={"name": name}, default_timeout=30).run()
    assert not page.exception
    assert page.session_state.same


@pytest.mark.parametrize("name", MODELS)
def test_every_plain_parameter_of_a_model_has_a_knob(name: str) -> None:
    spec = make(name)
    bare = {"horizon", "jobs", "seed", "fourier", "events", "season_length"}
    assert {entry.name for entry in fields(spec)} - bare <= set(knobs(spec))  # type: ignore[arg-type]


def test_types_are_read() -> None:
    assert shape_of(tuple[int, int] | None).optional
    assert shape_of(tuple[int, ...]).size == -1
