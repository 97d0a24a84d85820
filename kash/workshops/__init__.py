"""Workshops are planned from a published course version: days, sessions, venue, facilitators,
costs, people, and the register of each session. Whoever planned or teaches one runs it."""

from __future__ import annotations

from flask import Blueprint, Flask
from flask_babel import lazy_gettext as _l

blueprint = Blueprint("workshops", __name__, url_prefix="/workshops")

from kash.workshops import models, views  # noqa: E402

__all__ = ["blueprint", "init_workshops", "models", "views"]


def init_workshops(app: Flask) -> None:
    """Add the tabs, what a person's page shows of workshops, and who reaches whom and what."""
    from kash.accounts.queries import names_of, tied_to
    from kash.attendance.owners import Owner, register_owner
    from kash.people.account_names import register_account_names
    from kash.people.independence import register_tied_accounts
    from kash.people.next_steps import register_next_step
    from kash.people.reach import register_contact_scope, register_own_scope
    from kash.people.sections import register_section
    from kash.training.queries import register_taught_scope
    from kash.workshops.leaving import join_hand_over
    from kash.workshops.list_step import ENROL_LIST
    from kash.workshops.merging import declare_references
    from kash.workshops.queries import may_mark_register, people_of
    from kash.workshops.queries.meeting import met
    from kash.workshops.queries.reach import versions_taught_to
    from kash.workshops.services.enrolment import take_in_walk_in
    from kash.workshops.tabs import register_tab
    from kash.workshops.views.frame import person_rows
    from kash.workshops.wording import enrolment_word, oddity_sentence, pause_word

    register_tab(app, _l("Plan"), "workshops.workshop", "workshops.see", 10)
    register_tab(app, _l("People"), "workshops.people", "workshops.see", 20)
    register_tab(app, _l("Attendance"), "workshops.attendance", "attendance.see", 30)
    register_tab(app, _l("Documents"), "workshops.documents", "attendance.see", 90)
    register_own_scope(people_of)
    register_contact_scope(met)
    register_account_names(names_of)
    register_tied_accounts(tied_to)
    register_next_step(ENROL_LIST)
    register_taught_scope(versions_taught_to)
    register_section(_l("Workshops"), person_rows)
    declare_references()
    register_owner("workshop", Owner(may_mark_register, take_in_walk_in))
    app.jinja_env.filters.update(
        enrolment_word=enrolment_word, pause_word=pause_word, oddity=oddity_sentence
    )
    join_hand_over()
