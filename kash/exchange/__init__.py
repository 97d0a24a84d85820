"""Exchange: all that other programs read or bring, and reports that leave the house."""
