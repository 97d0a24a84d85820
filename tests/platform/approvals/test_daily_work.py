"""A small programme, an administrator, a director and two trainers, who all came by links of one
administrator, does all its daily work."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from kash.accounts.errors import CannotAgree
from kash.accounts.models import Account, AccountRequest, Programme
from kash.accounts.queries.accounts import account, actor_of, backing_of
from kash.accounts.queries.requests import request_by_id
from kash.accounts.services.breaches import lend_approvals
from kash.accounts.services.deciding import agree, ask_to_invite, fetch_link
from kash.accounts.services.invitations import accept_invitation, invite
from kash.attendance.services.registers import confirm_slot
from kash.certificates.rules.issuing import Unasked
from kash.certificates.services import issuing
from kash.certificates.services.issuing import issue
from kash.certificates.tracks.rules.tree import Leaf, all_of
from kash.certificates.tracks.services import tracks
from kash.money.payouts.queries.payments import lines_of, lists_paid_again
from kash.money.payouts.rules import PaymentState
from kash.money.payouts.services.claims import set_rates
from kash.money.payouts.services.payments import (
    Note,
    note_compared,
    note_payment,
    open_numbers,
    pay_in_cash,
)
from kash.platform.approvals.approval import SamePerson
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.web.formats import local_today
from kash.policy import Actor, Role
from kash.training.rules.courses import ModuleText, PlanText, VersionText
from kash.training.services import courses
from kash.training.services.courses import write_version
from tests.certificates.conftest import Ready as ReadyForPaper
from tests.money.payouts.conftest import FAR, MARKS, NEAR, RATES, Ready, give_phone, mark
from tests.workshops.conftest import Held, enrol, make_person, plan  # noqa: F401

GOOD = "seven quiet herons at dawn"
MONTH = timedelta(days=30)


def joined(by: Actor, name: str, role: Role) -> Actor:
    """Somebody who came by a link that one person made."""
    email = f"{name.lower()}@example.org"
    token = invite(by, name=name, email=email, roles=[role])
    return accept_invitation(token, name=name, password=GOOD)


def month_later() -> None:
    """All accounts, and the programme, have been there for a month."""
    db.session.execute(update(Account).values(settled_at=utc_now() - MONTH))
    db.session.execute(update(Programme).values(founded_at=utc_now() - MONTH))
    db.session.commit()


def second_director(administrator: Actor, director: Actor) -> Actor:
    """Another director, of whom the administrator asked and the first agreed."""
    asked = ask_to_invite(
        administrator,
        name="Ngina",
        email="ngina@example.org",
        roles=[Role.DIRECTOR],
        reason="Two sign.",
    )
    agree(director, asked)
    link, code = fetch_link(administrator, asked), request_by_id(director, asked).code
    return accept_invitation(link, name="Ngina", password=GOOD, code=code)


def now(who: Actor) -> Actor:
    """An account as it is by now."""
    db.session.rollback()
    return actor_of(account(who.public_id))


@pytest.mark.parametrize("which", ["first", "second"])
def test_four_people_of_one_administrator_do_all_daily_work(
    both_engines_app,
    actor,
    plan,  # noqa: F811
    which,
):
    """The first director is behind nobody and nobody behind her; behind the second stands the
    administrator, as behind both trainers."""
    administrator = actor("administrator", name="Amina")
    director = joined(administrator, "Wanjiru", Role.DIRECTOR)
    amani = joined(administrator, "Amani", Role.TRAINER)
    month_later()
    # Whoever comes later sees nothing before somebody independent of her agreed.
    pili = joined(administrator, "Pili", Role.TRAINER)
    assert now(pili).roles == frozenset()
    opening = select(AccountRequest.public_id).where(AccountRequest.account_id == pili.account_id)
    (request,) = db.session.scalars(opening)
    if which == "second":
        first, director = director, second_director(administrator, director)
        month_later()
        with pytest.raises(CannotAgree):
            agree(director, request)
        agree(first, request)
    else:
        agree(director, request)
    amani, pili, director = now(amani), now(pili), now(director)
    backed = backing_of(db.session(), [amani.public_id, pili.public_id, director.public_id])
    behind = {administrator.public_id}
    assert [backed[one.public_id] for one in (amani, pili, director)] == [
        *(behind, behind),
        behind if which == "second" else set(),
    ]

    # A course: one writes it, the director publishes.
    named = {"public_title": "Listening", "language": "en"}
    _course, version = courses.add_course("Listening", "Everyone", "Basic", by=amani, **named)
    module, session = new_public_id(), new_public_id()
    outline = VersionText(
        "en",
        {"public_title": "Listening"},
        (ModuleText(module, "First", new=True),),
        (PlanText(session, module, "Opening", 45, new=True),),
    )
    write_version(version, outline, 1, amani)
    courses.propose(version, amani)
    courses.publish(version, director)
    # A track, with the director's approval lent to the other trainer.
    _track, draft = tracks.add_track(tracks.TrackDetails("Practice"), by=amani)
    tree = all_of(Leaf.of("practicum", count=2))
    tracks.write_version(draft, tree, None, 1, by=amani)
    tracks.propose(draft, by=amani)
    lend_approvals(
        *(director, pili.public_id),
        permissions=["tracks.approve"],
        first=local_today(),
        last=local_today(),
        reason="Leave.",
    )
    with pytest.raises(SamePerson):
        tracks.publish(draft, by=amani)
    tracks.publish(draft, by=now(pili))

    # Registers: one closes, the other confirms.
    held = plan(minutes=(180, 180, 180, 180), by=amani)
    for name, letter in (("Zawadi", "B"), ("Baraka", "A"), ("Faraja", "B")):
        enrol(held.workshop, make_person(f"{name} Sampuli", letter), amani)
    mark(held, MARKS)
    register = held.row.register
    public_id, slots = register.public_id, [one.public_id for one in register.slots]
    for slot in slots:
        confirm_slot(public_id, slot, pili)
    # Certificates.
    paper = ReadyForPaper(held, amani, director)
    issuing.set_rule(75, name_must_be_confirmed=True, by=director)
    paper.confirm("Zawadi Sampuli")
    batch = issuing.propose(paper.workshop, "classic", amani, unasked=Unasked.PRINT).public_id
    issuing.approve(paper.batch(batch), director)
    issue(paper.batch(batch), paper.workshop.ends_on, amani)
    assert paper.batch(batch).state == "issued"
    # Payouts, and a payment that did not arrive.
    money = Ready(held, amani, director)
    set_rates(RATES, director)
    money.band(Zawadi=FAR, Baraka=NEAR)
    give_phone(money.person("Zawadi Sampuli"), "+254712345678")
    paid = money.approved()
    # A payment that did not arrive: one made the file, the other says so, the director approves,
    # and compares what was paid after that.
    open_numbers(money.one(paid), amani)
    (line,) = (one for one in lines_of(money.one(paid)) if one.state == "sent")
    payment, failed = line.public_id, Note(PaymentState.FAILED, reason="Number not registered")
    note_payment(money.one(paid), payment, failed, PaymentState.SENT, pili)
    assert money.agreed() == 1
    pay_in_cash(money.one(paid), [payment], amani)
    assert [again.public_id for again, _lines in lists_paid_again(director)] == [paid]
    note_compared(money.one(paid), [payment], director)
    assert lists_paid_again(director) == []
