"""The catalog: machine facts in Parquet parts, made visible by a journal, read by DuckDB."""
