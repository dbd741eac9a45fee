"""The nouns: what sensors say (reports), what we hold (tables), what happened (events)."""
