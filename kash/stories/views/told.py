"""Told stories: for everybody who sees the printed numbers."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.platform.web import NotFound, current_actor, page
from kash.policy import allow
from kash.stories import blueprint
from kash.stories.queries.told import kept_back, list_stories, told_stories, told_story
from kash.stories.services.withdrawing import withdraw_story
from kash.stories.words import AUDIENCE_NAMES


@blueprint.get("")
@allow("stories.see")
def index() -> ResponseReturnValue:
    """All that are told."""
    actor = current_actor()
    stories = list_stories(actor)
    return render_template(
        "stories/index.html",
        stories=stories,
        told=told_stories(stories),
        kept_back=kept_back() if actor.may("stories.drafts") else [],
        names=AUDIENCE_NAMES,
    )


@blueprint.get("/<story_id>")
@allow("stories.see")
def story(story_id: str) -> ResponseReturnValue:
    """One story, or that it was withdrawn: minutes lead here."""
    found = told_story(story_id, current_actor())
    return page("stories/story.html", story=found, names=AUDIENCE_NAMES)


@blueprint.get("/<story_id>/withdraw")
@allow("stories.drafts")
def ask_to_withdraw(story_id: str) -> ResponseReturnValue:
    """The question before a story is withdrawn."""
    found = told_story(story_id, current_actor())
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
