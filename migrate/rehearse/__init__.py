"""Rehearsals: profiles, the embedded stack, sample data, and the run from start to verdict."""
