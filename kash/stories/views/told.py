"""Told stories: for everybody who sees the printed numbers."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.platform.web import NotFound, current_actor, page
from kash.policy import allow
from kash.stories import blueprint
from kash.stories.queries.told import list_stories, told_stories, told_story
from kash.stories.services.withdrawing import withdraw_story


@blueprint.get("")
@allow("stories.see")
def index() -> ResponseReturnValue:
    """All that are told."""
    stories = list_stories()
    return render_template("stories/index.html", stories=stories, told=told_stories(stories))


@blueprint.get("/<story_id>")
@allow("stories.see")
def story(story_id: str) -> ResponseReturnValue:
    """One story, or that it was withdrawn: minutes lead here."""
    return page("stories/story.html", story=told_story(story_id))


@blueprint.get("/<story_id>/withdraw")
@allow("stories.drafts")
def ask_to_withdraw(story_id: str) -> ResponseReturnValue:
    """The question before a story is withdrawn."""
    found = told_story(story_id)
    if found.is_withdrawn:
        raise NotFound
    return page("stories/withdraw.html", story=found)


@blueprint.post("/<story_id>/withdraw")
@allow("stories.drafts")
def withdraw(story_id: str) -> ResponseReturnValue:
    """Withdraw a story from every page."""
    withdraw_story(story_id, by=current_actor())
    flash(_("The story is withdrawn. Nothing of it is left."))
    return redirect(url_for("stories.index"), 303)
