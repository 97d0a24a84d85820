"""Questions on proposals: what stands in them, what they are made of, and what stations need."""
