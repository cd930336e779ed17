"""The embedded servers of a rehearsal on one machine: their start, sharing and end."""
