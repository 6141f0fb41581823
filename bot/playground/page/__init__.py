"""The local workspace as a page in a browser."""
