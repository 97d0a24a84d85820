"""A made-up programme of a given size, put into an empty database in bulk.

Everything in it is valid: rosters agree with enrolments, marks with rosters, certificates with
marks. All names are invented.
"""

from benchmarks.load.programme import PASSWORD, Loaded, Size, load_programme

__all__ = ["PASSWORD", "Loaded", "Size", "load_programme"]
