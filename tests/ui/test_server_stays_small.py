"""What a server that shows forms and charts must never load: the libraries of the fits live in the workers."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("tensorflow", "keras", "lightgbm", "statsforecast", "mlforecast", "sklearn", "statsmodels", "polars")
CODE = """
import sys, time
from streamlit.testing.v1 import AppTest
for page, key in (("model", "run-linear"), ("compare", "run-compare"), ("forecast", "run-forecast")):
    app = AppTest.from_file(sys.argv[1], default_timeout=120)
    for name, value in (("demo", "grocery"), ("model", "linear"), ("horizon", "14")):
        app.query_params[name] = value
    app.run()
    app.switch_page(f"../pages/{page}.py").run()
    app.button(key=key).click().run()
    for _ in range(200):
        slot = app.session_state["_workspace"].results.get(page)
        if slot is not None and slot.job is None and slot.result is not None:
            break
        time.sleep(0.3)
        app.run()
    app.run()
    assert not app.exception, app.exception
    assert slot.result is not None, slot.error
for name in ("lstm", "boosting", "arima", "ets"):
    from forecasting.models import make
    make(name)
print("LOADED", *{module.split(".")[0] for module in sys.modules})
"""


@pytest.mark.slow
def test_the_pages_load_no_library_that_only_a_fit_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CODE, str(ROOT / "ui" / "router.py")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    assert not loaded & set(HEAVY)
