"""The switch between days and weeks that stands beside a chart's title."""

import streamlit as st

from forecasting.explore.ahead import blocks, noun_of
from ui import parts
from ui.language import t, told_from


def section_with_blocks(title: str, freq: str, key: str) -> tuple[int, str]:
    """A section's title with the switch at its right end; the block size chosen, and what one block is called."""
    sizes = blocks(freq)
    chosen: list[int] = []
    parts.section(title, (lambda: chosen.append(_switch(sizes, key))) if len(sizes) > 1 else None)
    size = chosen[0] if chosen else next(iter(sizes))
    return size, noun_of(sizes[size])


def _switch(sizes: dict[int, str], key: str) -> int:
    usual = next(iter(sizes))
    size = st.segmented_control(
        t("View"), list(sizes), format_func=told_from(sizes), default=usual, required=True, key=f"blocks-{key}",
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    return int(size or usual)
