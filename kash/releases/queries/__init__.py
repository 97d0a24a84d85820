"""Questions about releases."""
