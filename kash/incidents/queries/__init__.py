"""Reads of incidents. What is sealed is opened in memory, for the length of one request."""

from kash.incidents.queries.cases import Case, DamagedCase, open_case, open_cases
from kash.incidents.queries.readers import reader_of, readers

__all__ = ["Case", "DamagedCase", "open_case", "open_cases", "reader_of", "readers"]
