"""The same actions as the app, without a browser: `shelfcast table | import | forecast | backtest | run | demo`.

Exit status 0; 2 and one sentence on standard error when the input cannot be used. Progress goes to standard error.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from forecasting import __version__
from forecasting.core.errors import InputError, ShelfcastError
from forecasting.core.frequency import normalise_freq
from forecasting.core.progress import Progress, listen

if TYPE_CHECKING:
    from forecasting.core.model import Model
    from forecasting.core.panel import Panel
    from forecasting.ingest import Import

app = typer.Typer(
    name="shelfcast",
    help="A sales spreadsheet in, forecasts and decisions out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Input = Annotated[Path, typer.Argument(metavar="FILE", help="A sales file of any kind, or a PANEL.csv.", show_default=False)]
Inputs = Annotated[list[Path], typer.Argument(metavar="FILE...", help="One or several sales files.", show_default=False)]
Output = Annotated[Path, typer.Option("--output", "-o", help="Where the result is written.", show_default=False)]
Horizon = Annotated[int, typer.Option("--horizon", min=1, help="How many periods ahead.", show_default=False)]
Models = Annotated[list[str] | None, typer.Option("--model", help="A model's name; give it several times for several models.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same numbers.")]
Jobs = Annotated[int, typer.Option("--jobs", help="How many processes may work at once; -1 is all cores.")]
Resume = Annotated[
    Path | None,
    typer.Option(
        "--resume", help="A folder for what is found on the way: after an interruption, the same command goes on there."
    ),
]
Cluster = Annotated[str | None, typer.Option("--cluster", help="A Dask scheduler, tcp://HOST:PORT, whose workers do the work.")]
Freq = Annotated[str | None, typer.Option("--freq", help="D, W, MS, QS, YS or h; found in the data when not given.")]
Events = Annotated[Path | None, typer.Option("--events", help="Your own events: name, start, and end, repeats as you like.")]
Profile = Annotated[Path | None, typer.Option("--profile", help="A mapping saved earlier, as JSON.")]


@app.command("table")
def table_command(
    file: Input, output: Output, sheet: Annotated[str | None, typer.Option("--sheet", help="The sheet of a workbook.")] = None
) -> None:
    """The table as found in the file, every cell as text, before any meaning is given to it."""
    from forecasting import workflow

    table, others = workflow.read_table(file, sheet)
    _write(output, lambda path: table.write_csv(str(path)))
    if others:
        names = "; ".join(f"{other.name} {other.sheet}".strip() for other in others)
        _say(f"{file.name} holds {len(others) + 1} tables; the main one was written. The others: {names}.")


@app.command("import")
def import_command(
    files: Inputs,
    output: Output,
    freq: Freq = None,
    profile: Profile = None,
    report: Annotated[Path | None, typer.Option("--report", help="Where the report on the import goes, as JSON.")] = None,
    set_aside: Annotated[Path | None, typer.Option("--set-aside", help="Where the rows that were not used go, as CSV.")] = None,
) -> None:
    """The sales as one regular panel: unique_id, ds, y, then regressors and attributes."""
    from forecasting import workflow

    imported = _imported(files, freq, profile)
    _write(output, lambda path: workflow.write_panel(imported.panel, path))
    if report is not None:
        _write(report, lambda path: path.write_text(imported.report.to_json(), encoding="utf-8"))
    if set_aside is not None:
        _write(set_aside, lambda path: imported.set_aside.to_csv(path, index=False, encoding="utf-8"))
    counts = imported.report
    _say(f"{counts.rows_read:,} rows in = {counts.rows_used:,} used + {counts.rows_set_aside:,} set aside.")


@app.command("forecast")
def forecast_command(
    file: Input,
    horizon: Horizon,
    output: Output,
    model: Models = None,
    future: Annotated[Path | None, typer.Option("--future", help="Planned prices, promotions, ...: sku, date, values.")] = None,
    seed: Seed = 1,
    jobs: Jobs = -1,
    resume: Resume = None,
    cluster: Cluster = None,
    level: Annotated[list[int] | None, typer.Option("--level", min=1, max=99, help="Adds lo-95 and hi-95 for 95.")] = None,
    reconcile: Annotated[
        str, typer.Option("--reconcile", help="How SKUs and sums agree: bottom-up adds up, mint also forecasts the sums.")
    ] = "bottom-up",
    by: Annotated[str, typer.Option("--by", help="The attribute that groups SKUs; the category when not given.")] = "",
    totals: Annotated[Path | None, typer.Option("--totals", help="Where the categories and the total go, as CSV.")] = None,
    whole_units: Annotated[bool, typer.Option("--whole-units", help="The mean in whole units that still add up.")] = False,
    events: Events = None,
    freq: Freq = None,
    profile: Profile = None,
) -> None:
    """The forecast of every SKU."""
    from forecasting import workflow

    specs = _specs(model, horizon, seed, jobs)
    panel = _with_events(_imported([file], freq, profile).panel, events)
    plan = None if future is None else workflow.read_plan(future, panel)
    request = workflow.ForecastAll(panel, specs, horizon, plan, workflow.Sums(reconcile, by))  # type: ignore[arg-type]
    tree = workflow.Tree.of(panel, by)
    with _working(request, resume, cluster):
        outlook = workflow.forecast_all(request)
        whole = tree.hierarchy if whole_units else None
        frame = workflow.forecast_frame(outlook, panel, levels=tuple(level or ()), whole=whole)
        _write(output, lambda path: frame.to_csv(path, index=False, encoding="utf-8", date_format=_date_format(panel)))
        if totals is not None:
            sums = workflow.sums_frame(outlook, frame, tree.hierarchy)
            _write(totals, lambda path: sums.to_csv(path, index=False, encoding="utf-8", date_format=_date_format(panel)))
    for sentence in outlook.notes:
        _say(sentence)
    if outlook.failures:
        fallen = len({failure.unique_id for failure in outlook.failures})
        _say(f"{fallen:,} {'SKU' if fallen == 1 else 'SKUs'} fell back to a simpler model; the column 'flags' says why.")


@app.command("backtest")
def backtest_command(
    file: Input,
    horizon: Horizon,
    output: Output,
    windows: Annotated[int, typer.Option("--windows", min=1, help="How many cutoffs.")] = 4,
    step: Annotated[int | None, typer.Option("--step", min=1, help="Periods between cutoffs; else the horizon.")] = None,
    memory: Annotated[int | None, typer.Option("--memory", min=1, help="Periods to learn from; else all before.")] = None,
    model: Models = None,
    forecasts: Annotated[Path | None, typer.Option("--forecasts", help="Where every single forecast goes, as CSV.")] = None,
    seed: Seed = 1,
    jobs: Jobs = -1,
    resume: Resume = None,
    cluster: Cluster = None,
    events: Events = None,
    freq: Freq = None,
    profile: Profile = None,
) -> None:
    """Models judged on the same cutoffs, none of which sees what came after."""
    from forecasting import workflow
    from forecasting.evaluation.backtest import Backtest

    specs = _specs(model, horizon, seed, jobs)
    panel = _with_events(_imported([file], freq, profile).panel, events)
    request = workflow.Compare(panel, specs, Backtest(horizon, windows, step, memory))
    with _working(request, resume, cluster):
        evaluation = workflow.compare(request)
        scores = workflow.scores_frame(evaluation)
        _write(output, lambda path: scores.to_csv(path, index=False, encoding="utf-8", date_format=_date_format(panel)))
        if forecasts is not None:
            details = workflow.backtest_frame(evaluation)
            _write(forecasts, lambda path: details.to_csv(path, index=False, encoding="utf-8", date_format=_date_format(panel)))


@app.command("run")
def run_command(port: Annotated[int, typer.Option("--port", help="The port on 127.0.0.1.")] = 8501) -> None:
    """Open the app in the browser."""
    _serve(port, "/")


@app.command("demo")
def demo_command(port: Annotated[int, typer.Option("--port", help="The port on 127.0.0.1.")] = 8501) -> None:
    """Open the app on the sample store."""
    _serve(port, "/?demo=retail")


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"shelfcast {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; an error that the user can mend ends with status 2 and one sentence."""
    try:
        with listen(_show):
            sys.exit(app(standalone_mode=False) or 0)
    except ShelfcastError as error:
        _say(str(error))
        sys.exit(2)
    except TyperException as error:  # a command, an option or a value that there is not; without any the help was shown
        if message := error.format_message().rstrip("."):
            _say(f"{message}{' See' if message.endswith('?') else '; see'} 'shelfcast --help'.")
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        _say("Cancelled; nothing was written.")
        sys.exit(130)


def _imported(files: list[Path], freq: str | None, profile: Path | None) -> "Import":
    from forecasting import workflow

    mapping = None if profile is None else workflow.read_profile(profile)
    return workflow.read(*files, mapping=mapping, freq=None if freq is None else normalise_freq(freq))


def _with_events(panel: "Panel", path: Path | None) -> "Panel":
    """The panel with the events of a file, which every model then knows."""
    from forecasting.workflow import calendars

    if path is None:
        return panel
    return calendars.with_calendar(panel, calendars.Calendar(events=calendars.read_events(path)))


def _specs(names: list[str] | None, horizon: int, seed: int, jobs: int) -> "tuple[Model, ...]":
    from forecasting import workflow

    return tuple(workflow.make(name, horizon=horizon, seed=seed, jobs=jobs) for name in names or ["auto"])


@contextmanager
def _working(request: object, resume: Path | None, cluster: str | None) -> Iterator[None]:
    """On a cluster, or keeping in a folder what is found on the way, as far as it was asked for."""
    from forecasting.core.parallel import on_cluster
    from forecasting.workflow.resuming import resuming

    with ExitStack() as stack:
        if cluster is not None:
            stack.enter_context(on_cluster(cluster))
        if resume is not None:
            stack.enter_context(resuming(request, resume))
        yield


def _date_format(panel: "Panel") -> str:
    """ISO dates, with the time of day only where a period is shorter than a day."""
    return "%Y-%m-%d" if (panel.calendar == panel.calendar.normalize()).all() else "%Y-%m-%dT%H:%M:%S"


def _write(path: Path, write: Callable[[Path], object]) -> None:
    try:
        write(path)
    except OSError as error:
        why = error.strerror or ("it is a folder" if path.is_dir() else "no such folder")
        raise InputError(f"'{path}' cannot be written ({why}); choose a folder that exists and is yours.") from None


def _show(progress: Progress) -> None:
    end = "\r" if sys.stderr.isatty() else "\n"
    sys.stderr.write(f"{progress.fraction:4.0%} {progress.message[:100]:<100}".rstrip() + end)
    sys.stderr.flush()


def _say(sentence: str) -> None:
    typer.echo(sentence, err=True)


def _serve(port: int, page: str) -> None:
    """Start the app as `python run.py` does, which also finds a free port and opens the browser."""
    launcher = Path(__file__).resolve().parents[1] / "run.py"
    if not launcher.exists():
        raise InputError("The app's files are not beside this package; start it with 'python run.py' in the project's folder.")
    sys.exit(subprocess.call([sys.executable, str(launcher), "--port", str(port), "--page", page]))  # noqa: S603 - our own launcher
