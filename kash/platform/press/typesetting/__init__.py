"""Typesetting in the press's child: the layout engine, and everything that speaks to it.

No module outside this package loads WeasyPrint.
"""
