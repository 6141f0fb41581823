"""The outer ring: one vendor a file."""
