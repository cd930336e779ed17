"""Seeded data of the benchmarks: made once into a folder, read by every line."""
