"""Saved work: named workspaces in a database, behind a secret link each. SQLite by default, PostgreSQL by URL."""

from forecasting.store.database import DATABASE, default_url
from forecasting.store.store import Entry, Item, Store

__all__ = ["DATABASE", "Entry", "Item", "Store", "default_url"]
