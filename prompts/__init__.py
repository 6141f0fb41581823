"""The prompts: one file each, with declared holes and a version."""
