"""Open a source read-only, walk its items, and read bytes back from a path specification."""
