"""Alembic's entry: runs the migrations on the connection that server.migrating hands over."""

from alembic import context

from rooms import models  # noqa: F401  every model must be mapped
from rooms.core.model import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
