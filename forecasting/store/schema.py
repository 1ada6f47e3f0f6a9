"""The tables. A change here needs a new file in `migrations/versions`; a test compares the two."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, LargeBinary, MetaData, String, Table

HEAD = "0001"  # the last file in `migrations/versions`
metadata = MetaData()

# A workspace belongs to a browser or an account (`owner`), and opens for whoever knows its `token`.
workspaces = Table(
    "workspaces",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("created", DateTime(timezone=True), nullable=False),
    Column("updated", DateTime(timezone=True), nullable=False),
)

# Contents by their SHA-256: two workspaces with the same sales share them.
blobs = Table(
    "blobs",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# What a workspace consists of: a name for each part, and where its content is.
items = Table(
    "items",
    metadata,
    Column("token", ForeignKey("workspaces.token", ondelete="CASCADE"), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("digest", ForeignKey("blobs.digest"), nullable=False),
    Column("updated", DateTime(timezone=True), nullable=False),
    Index("ix_items_digest", "digest"),
)

# The panels that the content of an item refers to.
panels = Table(
    "panels",
    metadata,
    Column("token", ForeignKey("workspaces.token", ondelete="CASCADE"), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("digest", ForeignKey("blobs.digest"), primary_key=True),
    Index("ix_panels_digest", "digest"),
)
