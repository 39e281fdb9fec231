"""The mapping importer."""
