"""Runs, segments, units, rejects: the `migrate` schema in the target database."""
