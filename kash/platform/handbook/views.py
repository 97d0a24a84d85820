"""The handbook's pages, and the address of the chapter that tells about a page."""

from __future__ import annotations

from pathlib import Path

from flask import current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kash.platform.handbook import blueprint
from kash.platform.handbook.chapters import BY_CODE, BY_NAME, Chapter, readable, readable_chapters
from kash.platform.handbook.places import place_in_handbook
from kash.platform.handbook.reading import ChapterText, anchors, read_chapter, rendered
from kash.platform.web import NotFound, current_actor
from kash.platform.web.language import language_code
from kash.platform.web.traces import leaves_no_trace, traceless
from kash.policy import ANYONE, SIGNED_IN, allow

FOLDER = "kash_handbook_folder"


@blueprint.get("/")
@allow(SIGNED_IN)
@leaves_no_trace
def index() -> ResponseReturnValue:
    """The chapters that whoever looks reads."""
    shown = [
        (url_for("handbook.chapter", code=chapter.code), _text(chapter))
        for chapter in readable_chapters(current_actor().roles)
    ]
    return render_template("handbook/index.html", chapters=shown, wanted_language=language_code())


@blueprint.get("/<code>")
@allow(SIGNED_IN)
@leaves_no_trace
def chapter(code: str) -> ResponseReturnValue:
    """A chapter; one that is for others answers as if it weren't there."""
    return _chapter(code)


@blueprint.get("/open/<code>")
@allow(ANYONE)
@leaves_no_trace
def open_chapter(code: str) -> ResponseReturnValue:
    """A chapter that whoever is not signed in reads as well."""
    wanted = BY_CODE.get(code)
    if wanted is None or not wanted.public:
        raise NotFound
    return _chapter(code)


def _chapter(code: str) -> ResponseReturnValue:
    wanted = BY_CODE.get(code)
    if wanted is None or not readable(wanted, current_actor().roles):
        raise NotFound
    text = _text(wanted)
    return render_template(
        "handbook/chapter.html",
        text=text,
        body=rendered(text, lambda name, heading: _address(name or wanted.name, heading)),
        wanted_language=language_code(),
    )


def _folder() -> Path:
    folder: Path = current_app.extensions[FOLDER]
    return folder


def _text(chapter: Chapter) -> ChapterText:
    return read_chapter(_folder(), chapter.name, language_code())


def _address(name: str, heading: str) -> str | None:
    """The address of a chapter for whoever looks, None if it is not one that they read."""
    wanted = BY_NAME.get(name)
    if wanted is None or not readable(wanted, current_actor().roles):
        return None
    # Also whoever has signed in by half, or has to set up a second step first, reads these.
    endpoint = "handbook.open_chapter" if wanted.public else "handbook.chapter"
    anchor = anchors(_folder(), name).get(heading) if heading else None
    return url_for(endpoint, code=wanted.code, _anchor=anchor)


def address_of_this_page() -> str:
    """Where the handbook tells about the page that is asked for; "" where it tells nothing."""
    if g.get("failing") or request.endpoint is None:
        return ""
    place = place_in_handbook(request.endpoint, current_actor().roles)
    if place is None:
        return ""
    name, _, heading = place.partition("#")
    # A browser's history keeps where in a chapter one was: not of what leaves no trace.
    try:
        return _address(name, "" if traceless() else heading) or ""
    except OSError:
        # A page is not kept from anybody because the handbook was not installed with it.
        return ""
