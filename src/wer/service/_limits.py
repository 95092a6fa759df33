"""`Limits`."""
