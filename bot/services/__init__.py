"""Use cases: they return values and post nothing."""
