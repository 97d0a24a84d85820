"""Chapters of the handbook that tell about printed figures."""

from __future__ import annotations

from kash.handbook.places import Chapters, each

CHAPTERS = Chapters(
    {
        "releases": "figures#read-them",
        **each("releases", "print_day", "figures#print-them"),
        **each("releases", "rule leaflet dice", "figures#how-the-numbers-are-made"),
        "releases.note": "figures#if-something-was-wrong",
        **each(
            "releases",
            "plans plan new_plan edit_plan approve_plan return_plan",
            "figures#the-plan-of-a-year",
        ),
    }
)
