"""Services of forums: opened, joined, planned, held, written down, followed up."""
