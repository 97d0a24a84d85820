"""How a list from the field is read: its headings, its cells, its rows, and who they may be."""
