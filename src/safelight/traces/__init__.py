"""The vocabulary: ids that last and times with their basis."""
