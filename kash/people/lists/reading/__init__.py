"""What runs in the confined child that reads lists: from a file's bytes to rows of plain cells.

No module outside this package loads a library that reads workbooks.
"""
