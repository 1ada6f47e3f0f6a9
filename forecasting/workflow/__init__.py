"""One function for each thing a user does: the seam that pages, worker, command line and HTTP all call."""

from forecasting.cleaning.clean import Cleaning
from forecasting.evaluation.backtest import Backtest
from forecasting.evaluation.evaluation import Evaluation
from forecasting.evaluation.space import Dimension
from forecasting.evaluation.tuning import Tuned, Tuning
from forecasting.export import forecast_frame, sums_frame
from forecasting.models import MODELS, make
from forecasting.models.champions import Champions
from forecasting.workflow.augmenting import SyntheticTried, TrySynthetic
from forecasting.workflow.carrying import CarriedOn, CarryOn, Learn
from forecasting.workflow.cleaning import Clean, Cleaned, beside, protected_festivals
from forecasting.workflow.diagnosing import Diagnose, Diagnosis
from forecasting.workflow.importing import file_bytes, read, read_plan, read_profile, read_table, write_panel
from forecasting.workflow.insides import Insides
from forecasting.workflow.judging import Contest, Standings, judge
from forecasting.workflow.marking import Found
from forecasting.workflow.modelling import (
    BASELINE,
    DEFAULT_MODEL,
    Compare,
    Fit,
    ForecastAll,
    Outlook,
    TryModel,
    Tryout,
    compare,
    fit,
    forecast_all,
    planned,
    try_model,
)
from forecasting.workflow.opening import open_sample
from forecasting.workflow.overriding import ReadFinal
from forecasting.workflow.planning import PlanRows, ReadPlan, carried_on, plannable, promoted
from forecasting.workflow.profiles import Profile, Profiles
from forecasting.workflow.remains import Remains
from forecasting.workflow.reports import backtest_frame, scores_frame
from forecasting.workflow.request import run
from forecasting.workflow.totals import Reconciliation, Sums, Tree
from forecasting.workflow.tuning import TuneModel, fitting_metric, tunable
from forecasting.workflow.uploading import Imported, ImportFiles, Unclear

__all__ = [
    "BASELINE",
    "DEFAULT_MODEL",
    "MODELS",
    "Backtest",
    "CarriedOn",
    "CarryOn",
    "Champions",
    "Clean",
    "Cleaned",
    "Cleaning",
    "Compare",
    "Contest",
    "Diagnose",
    "Diagnosis",
    "Dimension",
    "Evaluation",
    "Fit",
    "ForecastAll",
    "Found",
    "ImportFiles",
    "Imported",
    "Insides",
    "Learn",
    "Outlook",
    "PlanRows",
    "Profile",
    "Profiles",
    "ReadFinal",
    "ReadPlan",
    "Reconciliation",
    "Remains",
    "Standings",
    "Sums",
    "SyntheticTried",
    "Tree",
    "TryModel",
    "TrySynthetic",
    "Tryout",
    "TuneModel",
    "Tuned",
    "Tuning",
    "Unclear",
    "backtest_frame",
    "beside",
    "carried_on",
    "compare",
    "file_bytes",
    "fit",
    "fitting_metric",
    "forecast_all",
    "forecast_frame",
    "judge",
    "make",
    "open_sample",
    "plannable",
    "planned",
    "promoted",
    "protected_festivals",
    "read",
    "read_plan",
    "read_profile",
    "read_table",
    "run",
    "scores_frame",
    "sums_frame",
    "try_model",
    "tunable",
    "write_panel",
]
