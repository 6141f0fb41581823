"""The Slack app: thin listeners and pure builders."""
