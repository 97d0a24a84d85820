"""Writing, telling and withdrawing stories."""
