"""Rules of clashes: which engagements get in each other's way, and when there is none."""
