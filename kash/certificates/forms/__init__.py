"""Forms of the certificates room."""
