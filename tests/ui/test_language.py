"""Both languages say everything: the catalogue is complete, texts on the screen go through it, sentences are found again."""

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from forecasting.diagnostics.demand import classify
from ui.phrases import phrases

ROOT = Path(__file__).parents[2]
TEXTS = {
    "title", "header", "subheader", "caption", "button", "download_button", "form_submit_button", "link_button", "checkbox",
    "toggle", "radio", "selectbox", "multiselect", "segmented_control", "pills", "number_input", "text_input", "text_area",
    "date_input", "file_uploader", "expander", "popover", "success", "info", "warning", "error", "toast", "spinner", "badge",
}  # fmt: skip
OURS = {"parts", "words", "models", "_log", "language"}
"""Receivers that are no place on the screen, or translate by themselves."""

_spec = importlib.util.spec_from_file_location("translate", ROOT / "scripts" / "translate.py")
assert _spec is not None
assert _spec.loader is not None
translate = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(translate)


def test_every_sentence_is_translated_with_its_holes_and_none_is_left_over() -> None:
    said = translate.said()
    for path, catalog in translate.catalogues():
        found = list(translate.problems(catalog, said))
        assert not found, f"run scripts/translate.py update, then translate in {path}: {found[:10]}"


def _calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TEXTS:
            receiver = node.func.value
            while isinstance(receiver, ast.Attribute | ast.Call):
                receiver = receiver.value if isinstance(receiver, ast.Attribute) else receiver.func
            if not (isinstance(receiver, ast.Name) and receiver.id in OURS):
                yield node


def _bare(text: ast.expr) -> bool:
    """Whether a text is written down here and not handed to `t`."""
    return isinstance(text, ast.JoinedStr | ast.IfExp) or (
        isinstance(text, ast.Constant) and isinstance(text.value, str) and bool(re.search("[a-z]{2}", text.value))
    )


def test_what_is_written_on_the_screen_goes_through_the_catalogue() -> None:
    bare = []
    paths = [*(ROOT / "ui").glob("*.py"), *(ROOT / "pages").glob("*.py")]
    for path in paths:
        if path.name == "language.py":  # the switch speaks both
            continue
        for call in _calls(path):
            texts = [*call.args[:1], *(word.value for word in call.keywords if word.arg in ("label", "help", "placeholder"))]
            bare += [f"{path.name}:{call.lineno}" for text in texts if _bare(text)]
    assert not bare


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Cancel", "取消"),
        ("30 days", "30 天"),
        ("The shop is closed on Saturdays and Sundays; those days count as 0.", "店铺在周六和周日休息；这些天计为 0。"),
        ("the shop is closed on Saturdays; those days count as 0", "店铺在周六休息；这些天计为 0"),
        ("Usually off by 18 units a week, 6 % too high.", "通常每周误差 18 件，偏高 6%。"),
        ("Season is strong (0.82) and trend is weak (0.10).", "季节性强（0.82），趋势弱（0.10）。"),
        ("Usually off by 33 units a week for each SKU, on target.", "每个 SKU 通常每周误差 33 件，不偏不倚。"),
        (
            "The usual level a day is 29.2 units; on average ahead trend takes 4.69, weekday adds 3.",
            "通常水平为每天 29.2 件；未来平均趋势减少 4.69，星期几增加 3。",
        ),
        (
            "Smooth (sales nearly every month, CV² 0.21): sells often and in similar amounts; most models do well.",
            "平稳（几乎每个月都有销量，CV² 0.21）：经常售出，数量相近；大多数模型都适用。",
        ),
        (
            "P = 0, Q = 1: what happened 7 days ago comes back (lowest AICc).",
            "P = 0，Q = 1：7 天前的情况会再次出现（AICc 最低）。",
        ),
        ("Linear for smooth", "平稳：线性"),
        ("9 Dec 2011", "2011/12/9"),
        ("Fit ARIMA", "拟合 ARIMA"),
        ("+5 % now", "+5%（至今）"),
        ("After this change: the level is steady.", "变换之后：水平稳定。"),
        ("d = 1: the level moves until it is differenced once (KPSS 1.57 → 0.01).",
         "d = 1：水平在变动，一次差分后才稳定（KPSS 1.57 → 0.01）。"),
        (":material/info: The forecast does without price: no plan was given.",
         ":material/info: 没有给出价格的计划，因此预测不使用它。"),
        ("**Gift shop**", "**礼品店**"),
        ("There is no file 'a, b.csv'; check the name and the folder.", "没有文件“a, b.csv”；请检查名称和文件夹。"),
        ("<b>%{y:,.0f}</b> units<extra></extra>", "<b>%{y:,.0f}</b> 件<extra></extra>"),
        ("Rabbit night light. Small", "Rabbit night light. Small"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_sentence_is_found_again_whatever_stands_in_it(english: str, chinese: str) -> None:
    assert phrases("zh_CN").say(english) == chinese


def test_several_sentences_are_translated_one_by_one() -> None:
    english = (
        "Sold 1,234 units in the last 28 days, 12 % more than before. Demand is smooth: it sells often, in similar amounts."
    )
    assert phrases("zh_CN").say(english) == "最近 28 天售出 1,234 件，比之前多 12%。需求平稳：常有销量，数量相近。"


@pytest.mark.parametrize(
    ("mixed", "chinese"),
    [
        ("Sold 1,062 件 in the last 28 天, 237 % more than before.", "最近 28 天售出 1,062 件，比之前多 237%。"),
        ("55 个 SKU are **AX**: trust the forecast and order automatically.",
         "55 个 SKU 属于 **AX**：可以信任预测，自动订货。"),
        ("300 个 SKU, 680,063 in revenue, 100.0 % of the shop.", "300 个 SKU，收入 680,063，占全店 100.0%。"),
        ("Takes about 2 秒.", "大约需要 2 秒。"),
    ],
)  # fmt: skip
def test_a_sentence_is_translated_around_what_is_translated_already(mixed: str, chinese: str) -> None:
    assert phrases("zh_CN").say(mixed) == chinese


def test_a_label_with_a_capital_is_told_from_the_word() -> None:
    say = phrases("zh_CN").say
    assert [say("On"), say("on"), say("Month"), say("month")] == ["检验范围", "开", "月份", "个月"]


def test_a_translation_is_not_translated_again() -> None:
    told = phrases("zh_CN")
    for text in ("55 SKUs", "6 % too high", "Usually off by 18 units a week, 6 % too high."):
        assert told.say(told.say(text)) == told.say(text)


@pytest.mark.parametrize("sales", [[5, 6, 5, 6], [1, 9, 1, 9], [0, 5, 0, 5], [9, 0, 0, 1]])
def test_every_kind_of_demand_is_told_in_chinese(sales: list[float]) -> None:
    told = phrases("zh_CN").say(classify(np.array(sales, dtype=float), "month").reading)
    assert not re.search("[a-z]{3}", told.replace("Croston", "")), told
