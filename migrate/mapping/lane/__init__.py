"""The fast lane: ordinary items from JSON bytes to COPY lines, everything else left alone.

It answers only where it is sure to write what `migrate.mapping.compile.RowFunction` would write;
an item that is out of the ordinary in any way is declined, and the complete path decides about it.
So it never rejects, and never disagrees.
"""

from migrate.mapping.lane.lane import FastLane, Mapped

__all__ = ["FastLane", "Mapped"]
