"""Pages of tokens, and addresses for programs."""
