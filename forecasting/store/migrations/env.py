"""How Alembic runs the files in `versions`: on the connection that `database.connect` hands over."""

from alembic import context

from forecasting.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
