"""Rules of evaluations: what an answer is, the box it lies in, and what of it may be told."""
