"""One file per application or format: item -> traces."""
