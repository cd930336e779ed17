"""Where units run: worker processes of this machine, or the workers of a dask cluster."""

from migrate.pipeline.engines.engine import Engine, opened

__all__ = ["Engine", "opened"]
