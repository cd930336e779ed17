"""One neutral record of a rehearsal, and what is rendered from it."""
