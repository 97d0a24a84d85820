"""Next steps with the people who were ticked in a list, such as enrolling them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint
from kash.people.next_steps import NextStep, next_steps
from kash.people.queries.postings import MOST_AT_ONCE, movable_people
from kash.platform.web import current_actor
from kash.platform.web.errors import one_or_404
from kash.policy import Actor, allow


def steps_to_take(actor: Actor) -> list[tuple[NextStep, list[tuple[str, str]]]]:
    """The steps that somebody may take now, each with her choices."""
    return [(step, choices) for step in next_steps() if (choices := list(step.choices(actor)))]


def asked_group() -> str:
    """The letter of the group that a form of ticks is to show: the one turned to, else the one that
    it showed when it was sent."""
    return request.form.get("group") or request.form.get("shown", "")


@blueprint.post("/ticked/<step>")
@allow("people.edit")
def next_step_of_ticked(step: str) -> ResponseReturnValue:
    """Do a next step with the ticked people; whoever is out of reach is left out."""
    actor = current_actor()
    wanted = one_or_404(next((each for each in next_steps() if each.key == step), None))
    choice = request.form.get(f"choice-{step}", "")
    ticked = list(dict.fromkeys(request.form.getlist("chosen")))[:MOST_AT_ONCE]
    if choice not in {public_id for public_id, _text in wanted.choices(actor)}:
        flash(_("Choose one from the list."), "bad")
        return redirect(url_for("people.index"), 303)
    reached = [one.public_id for one in movable_people(actor, ticked)]
    if not reached:
        flash(_("Tick the people first."), "warn")
        return redirect(url_for("people.index"), 303)
    return taken(wanted, choice, reached, actor, left_out=len(ticked) - len(reached))


def taken(
    step: NextStep, choice: str, people: Sequence[str], actor: Actor, *, left_out: int = 0
) -> ResponseReturnValue:
    """Answer to a next step: the page on which it asks, or where it leads once it is done."""
    if step.asks is not None:
        return step.asks(choice, people, actor)
    done = one_or_404(step.take)(choice, people, actor)
    flash(
        _(
            "Done for: %(done)s. On the waiting list: %(waiting)s. Left out: %(left)s.",
            done=done.done,
            waiting=done.waiting,
            left=done.left_out + left_out,
        )
    )
    if done.left_out:
        flash(done.who_is_left_out, "warn")
    return redirect(done.url, 303)
