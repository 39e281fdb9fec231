"""The ledger: what people did and decided, as one hash-chained, gapless, append-only sequence of entries."""
