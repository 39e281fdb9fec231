"""The mapping importer: a declarative file (TOML) says how the records of a network that nobody has seen become traces."""
