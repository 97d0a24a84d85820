"""Attendance keeps registers: who was expected, in which stretches of time, and who came.

Workshops and forum meetings each own a register; this room knows neither. It has no pages of its
own to go to: the owner of a register decides who may see and mark it, and shows it with what
stands here. Every mark is an operation that may arrive late, twice or crossed with another.
"""

from __future__ import annotations

from flask import Blueprint

# What phones ask for; the pages of registers lie with their owners.
blueprint = Blueprint("attendance", __name__)
