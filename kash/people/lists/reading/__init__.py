"""Reading in the confined child: from a list's bytes to rows of plain cells.

No module outside this package loads a library that reads workbooks.
"""
