"""A Slack workspace on this machine, for tests and for a first look without Slack."""
