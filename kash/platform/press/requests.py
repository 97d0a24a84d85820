"""Requests, as the press's parent and its child agree on them; they travel as JSON."""

from __future__ import annotations

from typing import TypedDict


class PageRequest(TypedDict):
    """A page to be made a plate; "typesetting/plate_making.py" says what each part means."""

    markup: str
    hidden: dict[str, str]
    drawn: dict[str, str]
    learned: dict[str, list[str]]
    words: list[str]
    language: str
    zoom: float
    margin: str


class DocumentRequest(TypedDict):
    """A document of its own, over a picture of the page `background` if that isn't empty."""

    stylesheet: str
    document: str
    background: str


class PlatesRequest(TypedDict):
    """Pages that are to become plates. `stylesheet` is the name of an asset, or empty."""

    stylesheet: str
    pages: list[PageRequest]
