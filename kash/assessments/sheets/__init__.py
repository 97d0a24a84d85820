"""Answer sheets on paper: where everything stands on them, drawing them, and reading photos.

A photo is a stranger's file, so it is read in a confined child. What it tells of a row is never a
guess: a row that is not plainly one mark is for a person to decide, who is shown the row itself.
"""
