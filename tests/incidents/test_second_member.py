"""Nobody alone shreds a case, removes evidence or replaces an identity, and a hold stops it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kash.incidents.queries.letterbox import opened_box
from kash.incidents.rules.parts import Hold
from kash.incidents.rules.record import Record
from kash.incidents.services.cases import changing
from kash.incidents.services.letterbox import letterbox
from kash.incidents.services.shredding import shred_unkept
from kash.platform.database import db, utc_now, writing
from kash.platform.web.formats import local_today
from tests.conftest import AMember
from tests.incidents.conftest import Filed, Member
from tests.incidents.test_unkept import LAST, OVER

pytestmark = pytest.mark.usefixtures("both_engines_app")
Recorded = Callable[..., Record]


def saved(her: AMember, reference: str, hold: Hold | None) -> None:
    with changing("incidents.changed", her.actor, her.vault(), reference) as case:
        case.record.holds[:] = [hold] if hold else []


def a_hold(paper: str = "") -> Hold:
    return Hold(id="h1", by="somebody", at=utc_now(), reason="Asked for.", paper=paper)


@pytest.mark.any_engine
def test_a_paper_keeps_a_report_from_its_deletion_and_one_members_hold_does_not(
    a_member: Member, filed: Filed
) -> None:
    anna = a_member("documentation")
    held, free = filed(Record()), filed(Record())
    saved(anna, held, a_hold("summons"))
    saved(anna, free, a_hold())
    box = opened_box(db.session())
    assert (box.is_held(held), box.is_held(free), set(box.fates)) == (True, False, {free})
    assert (box.papers[held].paper, box.papers[held].since) == ("summons", local_today())
    assert shred_unkept(local_today() + LAST) == 0
    assert shred_unkept(local_today() + OVER) == 1
    saved(anna, held, None)
    box = opened_box(db.session())
    assert (box.papers, box.fates[held].until) == ({}, local_today() + LAST)


@pytest.mark.any_engine
def test_a_paper_goes_over_a_day_of_deletion_that_was_noted_without_keys(
    a_member: Member, filed: Filed
) -> None:
    anna = a_member("documentation")
    reference = filed(Record())
    saved(anna, reference, None)
    fate = opened_box(db.session()).fates[reference]
    saved(anna, reference, a_hold("court_order"))
    with writing() as session, letterbox(session) as box:
        # As a withdrawal notes it while every vault is closed.
        box.fates[reference] = fate
    assert shred_unkept(local_today() + OVER) == 0
