"""How a version goes from draft to published."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.approvals.approval import note
from kash.platform.vault import audited
from kash.platform.vault.audit import Change
from kash.platform.web import Problem
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import Actor
from kash.training.approval import APPROVAL
from kash.training.models import CourseVersion
from kash.training.queries import locked_version
from kash.training.rules.nodes import code_of, untitled
from kash.training.rules.states import Step, next_state
from kash.training.trees import tree_of


class StepNotPossible(Problem):
    """The version is in another state by now."""

    sentence = _l("This version is in another state by now. Look at it again.")


class NoPlansYet(Problem):
    """A version without a session cannot be proposed."""

    sentence = _l("Write at least one session before you propose this version.")


class TitlesMissing(Problem):
    """A module or session has no title yet, as in a translation that was begun."""

    sentence = _l("Write the titles of all modules and sessions before you propose this version.")


def _step(change: Change, public_id: str, step: Step) -> CourseVersion:
    version = locked_version(change.session, public_id)
    plans = sum(len(module.plans) for module in version.modules)
    state = next_state(version.state, step, plans=plans)
    if state is None:
        if step == "propose" and version.state == "draft":
            raise NoPlansYet
        raise StepNotPossible
    version.state = state
    change.about(version.public_id)
    return version


def propose(public_id: str, by: Actor) -> None:
    """Hand a draft to a director. Raises NotFound, NoPlansYet, TitlesMissing and
    StepNotPossible.
    """
    with audited("training.version_proposed", by) as change:
        version = _step(change, public_id, "propose")
        if untitled(tree_of(version)):
            raise TitlesMissing
        version.proposed_by = by.public_id
        version.returned_because = ""


def take_back(public_id: str, by: Actor) -> None:
    """Make a proposal a draft again, to go on writing. Raises NotFound and StepNotPossible."""
    with audited("training.proposal_taken_back", by) as change:
        version = _step(change, public_id, "take_back")
        version.proposed_by = None


def return_to_draft(public_id: str, because: str, by: Actor) -> None:
    """Send a proposal back with a sentence. Raises NotFound and StepNotPossible."""
    with audited("training.version_returned", by) as change:
        version = _step(change, public_id, "return")
        note(change, version, by.decides_for(APPROVAL.approves))
        version.proposed_by = None
        version.returned_because = because


def publish(public_id: str, by: Actor, *, code: str | None = None) -> None:
    """Publish a proposal: nothing in it changes any more. `code` is that of what was read.

    Raises NotFound, StepNotPossible, SamePerson, StandsInForProposer, and ChangedMeanwhile if the
    proposal was taken back and written anew since it was read.
    """
    with audited("training.version_published", by) as change:
        version = _step(change, public_id, "publish")
        if code is not None and code != code_of(tree_of(version)):
            raise ChangedMeanwhile
        version.published_for = APPROVAL.decides(version, by)
        version.published_by, version.published_at = by.public_id, change.now
        note(change, version, version.published_for)
