"""Mails of the outbox, states and their order, the records of a domain, and shredding."""

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kash.platform.database import db, writing
from kash.platform.messages.mail import (
    DomainRecord,
    NoRecords,
    dkim_record,
    dmarc_record,
    domain_of,
    look_up,
    send_mails,
    spf_record,
)
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.outbox import claim_some, give_up_old_claims, put_in, settle, shred_old
from kash.platform.messages.rules import (
    MOST_ATTEMPTS,
    CalendarFile,
    Channel,
    MessageState,
    OutgoingMessage,
    RenderedMessage,
    Tried,
    TryOutcome,
    following,
    reported,
    request_from,
)
from tests.people.notices.conftest import TEN

CALENDAR = CalendarFile("REQUEST", "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n")
FINAL = (MessageState.DELIVERED, MessageState.REFUSED, MessageState.LEFT)


def test_a_mail_carries_its_calendar_with_the_method_in_its_type(app):
    request = RenderedMessage("a@example.org", "Kesho: ŵ", "Prögramme", "", (CALENDAR, CALENDAR))
    assert request_from(request.written()) == request
    assert [tried.outcome for _, tried in send_mails([(1, request)])] == [TryOutcome.ACCEPTED]
    (path,) = Path(app.config["MAIL_FILE_PATH"]).glob("*")
    content = path.read_bytes().partition(b"\n-----")[0]
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    # The first beside the text, so that mail programs offer it; that of the second day as a file.
    beside, attached = list(message.iter_parts())  # type: ignore[attr-defined]
    plain, first = list(beside.iter_parts())
    assert plain.get_content().strip() == "Kesho: ŵ"
    assert attached.get_filename() == "day-2.ics"
    for calendar in (first, attached):
        assert calendar.get_content_type() == "text/calendar"
        assert calendar["Content-Type"].params["method"] == "REQUEST"
        assert calendar.get_content().split() == CALENDAR.text.split()
    assert (message["To"], message["Auto-Submitted"]) == ("a@example.org", "auto-generated")
    assert b"List-Unsubscribe" not in content


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org\r\nBcc: b@example.org",
        "a@example.org\nBcc: b@example.org",
        "a@example.org, b@example.org",
        "a@example.org b@example.org",
        "<a@example.org>",
        "a@example.org;b@example.org",
        "Ada <a@example.org>",
        "nobody",
        "",
    ],
)
def test_no_address_adds_a_header_or_somebody_else(app, address):
    came = dict(send_mails([(1, RenderedMessage(address, "Text", "Subject"))]))
    assert came == {1: Tried(TryOutcome.REFUSED, "address")}
    assert list(Path(app.config["MAIL_FILE_PATH"]).glob("*")) == []


def test_no_subject_adds_a_header(app):
    request = RenderedMessage("a@example.org", "Text", "Hello\nBcc: b@example.org")
    assert dict(send_mails([(1, request)])) == {1: Tried(TryOutcome.REFUSED, "address")}


# --- states ---------------------------------------------------------------------------------


@given(st.sampled_from(list(MessageState)), st.lists(st.sampled_from(["a", "f", "d"]), max_size=6))
def test_reports_never_bring_a_message_back_to_where_it_could_go_again(present, told):
    words = {"a": MessageState.ACCEPTED, "f": MessageState.FAILED, "d": MessageState.DELIVERED}
    for one in told:
        after = reported(present, words[one])
        assert after is present or present not in FINAL
        assert after is not MessageState.DUE or present is MessageState.DUE
        present = after


@given(st.sampled_from(list(TryOutcome)), st.integers(1, 20))
def test_only_what_certainly_did_not_go_is_due_again(outcome, attempts):
    after = following(Tried(outcome), attempts, TEN)
    again = outcome is TryOutcome.NOT_SENT and attempts < MOST_ATTEMPTS
    assert (after.state is MessageState.DUE) is again
    assert (after.due_at is not None and after.due_at > TEN) is again


def _one(channel: Channel = Channel.SMS) -> OutgoingMessage:
    return OutgoingMessage(channel, "x", RenderedMessage("+254712", "Hello"), "key", "Hello", TEN)


def test_a_claim_that_was_left_is_not_known_after_five_minutes_and_its_late_word_still_counts(
    both_engines_app,
):
    with writing() as session:
        (key,) = put_in(session, [_one()], TEN)
    held = claim_some(lambda *_: {}, TEN)
    assert held is not None
    assert give_up_old_claims(TEN + timedelta(minutes=5)) == 0
    assert give_up_old_claims(TEN + timedelta(minutes=6)) == 1
    assert claim_some(lambda *_: {}, TEN + timedelta(days=1)) is None
    settle("another", {key: Tried(TryOutcome.ACCEPTED, gateway_id="B")}, TEN)
    assert db.session.scalars(select(OutboxMessage.state)).one() == "unknown"
    settle(held.name, {key: Tried(TryOutcome.ACCEPTED, gateway_id="A")}, TEN)
    db.session.rollback()
    row = db.session.scalars(select(OutboxMessage)).one()
    assert (row.state, row.gateway_id) == ("accepted", "A")


def test_old_messages_lose_what_they_said_and_to_whom_and_stay_to_be_counted(app):
    with writing() as session:
        put_in(session, [_one()], TEN)
    assert shred_old(TEN + timedelta(days=90)) == 0
    assert shred_old(TEN + timedelta(days=91)) == 1
    assert shred_old(TEN + timedelta(days=91)) == 0
    row = db.session.scalars(select(OutboxMessage)).one()
    assert (row.request_sealed, row.address_lookup, row.alike) == (None, None, None)
    assert row.state == "left"


# --- the sender's domain --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("judge", "texts", "found"),
    [
        (spf_record, ["google-site=1", "v=spf1 mx -all"], DomainRecord.GOOD),
        (spf_record, ["v=spf1 redirect=_spf.example.org"], DomainRecord.GOOD),
        (spf_record, ["v=spf1 +all"], DomainRecord.WEAK),
        (spf_record, ["v=spf1 mx -all", "V=SPF1 a ~all"], DomainRecord.DOUBLE),
        (spf_record, [], DomainRecord.MISSING),
        (dkim_record, ["v=DKIM1; k=rsa; p=MIG"], DomainRecord.GOOD),
        (dkim_record, ["v=DKIM1; p="], DomainRecord.WEAK),
        (dkim_record, ["hello"], DomainRecord.MISSING),
        (dmarc_record, ["v=DMARC1; p=reject; rua=mailto:a@example.org"], DomainRecord.GOOD),
        (dmarc_record, ["v=DMARC1; sp=reject; p=none"], DomainRecord.WEAK),
        (dmarc_record, ["v=DMARC1; p=reject"] * 2, DomainRecord.DOUBLE),
        (dmarc_record, ["v=spf1 -all"], DomainRecord.MISSING),
    ],
)
def test_each_record_is_judged(judge, texts, found):  # type: ignore[no-untyped-def]
    assert judge(texts) is found


def test_nothing_is_asked_where_nobody_says_what_and_no_answer_is_told_as_such():
    asked: list[str] = []

    def ask(name: str) -> list[str]:
        asked.append(name)
        raise NoRecords

    found = look_up("example.org", "", ask)
    assert asked == ["example.org", "_dmarc.example.org"]
    assert {found.spf, found.dmarc, found.dkim} == {DomainRecord.NO_ANSWER, DomainRecord.UNASKED}


@pytest.mark.parametrize(
    ("sender", "domain"),
    [
        ("Office <Office@Example.org>", "example.org"),
        ("noreply@localhost", ""),
        ("nobody", ""),
        ("a@example.org.", "example.org"),
    ],
)
def test_the_domain_of_a_sender(sender, domain):
    assert domain_of(sender) == domain
