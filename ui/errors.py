"""What a user sees when something goes wrong: one sentence, never a traceback."""

import logging

import streamlit as st

from forecasting.core.errors import ShelfcastError
from ui.language import t

_log = logging.getLogger("shelfcast")
UNEXPECTED = "Something went wrong on this page and it was written to the server's log. Reload the page, or choose another SKU."


def show(error: Exception) -> bool:
    """Show an error that nobody caught and keep its traceback in the log; True tells Streamlit that it has been shown."""
    if isinstance(error, ShelfcastError):
        st.error(t(str(error)), icon=":material/error:")
        return True
    _log.error("A page failed", exc_info=error)
    st.error(t(UNEXPECTED), icon=":material/error:")
    return True
