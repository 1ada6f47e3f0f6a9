"""The early end of a page. `st.stop` would end everything with it: what stands in the sidebar, and the saving of the work."""

from typing import NoReturn


class PageEnd(Exception):
    """Raised by a page that has said all that it has to say; the router goes on from there."""


def end() -> NoReturn:
    """End the page here."""
    raise PageEnd
