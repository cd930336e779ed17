"""The writer: changes the sample in its tables while a copy of them is made, from a seed."""

from migrate.rehearse.writer.process import RunningWriter, Written, writing

__all__ = ["RunningWriter", "Written", "writing"]
