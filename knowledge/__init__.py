"""The embedded corpus: our own notes about the series and its references."""
