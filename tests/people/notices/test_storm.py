"""Whatever breaks, and whenever whoever sends is killed: nobody gets a message twice, and late
reports settle what nobody knew."""

import random
import socket
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from apiflask import APIFlask
from sqlalchemy import select

from kash.platform.database import db, writing
from kash.platform.messages import init_messages
from kash.platform.messages import outbox as sending
from kash.platform.messages.gateways import BULK_PATH, PATH, AfricasTalking
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.outbox import Report, Sender, put_in, request_of, send_due, take_report
from kash.platform.messages.rules import Channel, OutgoingMessage, RenderedMessage, Tried
from kash.platform.vault import lookup
from kash.settings import Settings
from tests.people.notices.conftest import TEN
from tests.people.notices.stand_in import StandIn, standing_in
from tests.profile import usual_or_long

SENDS = usual_or_long(300, 10_000)
# In a long run as many as a gateway takes at once.
TEXTS = usual_or_long(60, 400)


class Killed(BaseException):
    """The process that sends is gone, as by kill -9."""


@dataclass
class Killer:
    """Ends whoever sends at one of the steps, now and then."""

    chance: random.Random
    share: float = 0.12

    def maybe(self) -> None:
        if self.chance.random() < self.share / 4:
            raise Killed


@dataclass(frozen=True)
class Dangerous:
    """A gateway before and after which whoever sends may be killed."""

    gateway: AfricasTalking
    killer: Killer
    reaches: bool = True

    def send(self, text: str, numbers: Sequence[str]) -> Mapping[str, Tried]:
        self.killer.maybe()
        came = self.gateway.send(text, numbers)
        self.killer.maybe()
        return came


def _letters(count: int, channel: Channel, kind: str) -> list[OutgoingMessage]:
    made = []
    for number in range(count):
        text = f"Text {number % TEXTS}"
        address = f"+2547{number:08d}" if channel is Channel.SMS else f"p{number}@example.org"
        made.append(
            OutgoingMessage(
                channel,
                f"storm {number}",
                RenderedMessage(address, text, "Programme"),
                lookup(address, kind=kind),
                text,
                TEN,
            )
        )
    return made


def _put_in(letters: Sequence[OutgoingMessage]) -> None:
    with writing() as session:
        put_in(session, letters, TEN)
    with writing() as session:
        # Once more, as by somebody who saw no answer.
        put_in(session, letters, TEN)


def _states() -> Counter[str]:
    db.session.rollback()
    return Counter(db.session.scalars(select(OutboxMessage.state)))


@contextmanager
def _settling_killed(killer: Killer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Kill before and after what came of a try is written down, too."""
    settle = sending.settle

    def dangerous(*given: Any) -> None:
        killer.maybe()
        settle(*given)
        killer.maybe()

    with monkeypatch.context() as patched:
        patched.setattr(sending, "settle", dangerous)
        yield


def _send_all(sender: Sender) -> int:
    """Send until nothing waits, a new process after each death; how many died."""
    deaths = 0
    for minute in range(24 * 60):
        at = TEN + timedelta(minutes=minute)
        try:
            send_due(replace(sender, now=lambda at=at: at))
        except Killed:
            deaths += 1
            db.session.remove()
        if minute % 10 == 9 and not _states().keys() & {"due", "claimed"}:
            return deaths
    raise AssertionError("something waits for ever")


@pytest.mark.parametrize("path", [PATH, BULK_PATH])
def test_nobody_gets_an_sms_twice_and_late_reports_settle_what_nobody_knew(
    both_engines_app, monkeypatch, path
):
    if path == BULK_PATH and db.engine.dialect.name == "postgresql":
        pytest.skip("the endpoint makes no difference to the database")
    chance = random.Random(7)
    killer = Killer(chance)
    with standing_in() as stand_in:
        account = AfricasTalking(
            "127.0.0.1", stand_in.port, path, "office", "key", protected=False, patience=0.05
        )
        sender = Sender(
            Dangerous(account, killer),
            lambda _session, _messages, _now: {},
            lambda: TEN,
            lambda _stopped: None,
            seconds=lambda: 0.0,
        )
        letters = _letters(SENDS, Channel.SMS, "phone")
        _put_in(letters)
        with _settling_killed(killer, monkeypatch):
            deaths = _send_all(sender)
    unknown = _not_known(stand_in)
    _report_late(stand_in, chance)
    left, still = _states(), _not_known(stand_in)
    doubles = [each for each, times in stand_in.taken.items() if times > 1]
    assert doubles == []
    assert deaths > 0
    # Of what was taken: no report comes of what nobody took.
    assert unknown[True] > SENDS / 20
    assert still[True] <= unknown[True] * 0.05
    assert still[False] == unknown[False]
    # What is said to have arrived did, and nothing was lost.
    assert left["delivered"] + still[True] == len(stand_in.taken)
    assert left["delivered"] + left["refused"] + left["failed"] + left["unknown"] == SENDS
    print(
        f"{db.engine.dialect.name} {path}: {SENDS} sends, {deaths} deaths, {len(doubles)} doubles;"
        f" not known {unknown[True]}, after reports {still[True]}; never taken {unknown[False]}"
    )


def _not_known(stand_in: StandIn) -> Counter[bool]:
    """How many messages are not known that were taken, and that were not."""
    db.session.rollback()
    rows = db.session.scalars(select(OutboxMessage).where(OutboxMessage.state == "unknown"))
    asked = [request_of(row) for row in rows]
    return Counter((each.address, each.text) in stand_in.taken for each in asked)


def _report_late(stand_in: StandIn, chance: random.Random) -> None:
    """Reports in any order, hours after the messages, every fourth twice."""
    reports = [
        Report(name, "Success", "", lookup(number, kind="phone"))
        for name, number in stand_in.reports
        for _ in range(chance.choice((1, 1, 1, 2)))
    ]
    chance.shuffle(reports)
    for report in reports:
        take_report(report, TEN + timedelta(hours=30))


def test_a_report_that_comes_before_we_know_the_name_settles_the_only_one_that_fits(app):
    letters = _letters(2, Channel.SMS, "phone")
    # The same number, of another event and text.
    twin = replace(
        letters[0], event="other", request=replace(letters[0].request, text="B"), likeness="B"
    )
    _put_in([letters[0], letters[1]])
    with writing() as session:
        for row in session.scalars(select(OutboxMessage)):
            row.state, row.claimed_at, row.claim = "unknown", TEN, "x"
    report = Report("ATXid_5", "Success", "", letters[0].address_lookup)
    assert take_report(report, TEN + timedelta(hours=49)).messages == ()
    assert take_report(report, TEN + timedelta(hours=47)).messages == (1,)
    assert take_report(report, TEN + timedelta(hours=47)).messages == (1,)
    assert _states() == {"delivered": 1, "unknown": 1}
    _put_in([twin, replace(twin, event="third")])
    with writing() as session:
        for row in session.scalars(select(OutboxMessage).where(OutboxMessage.state == "due")):
            row.state, row.claimed_at, row.claim = "claimed", TEN, "y"
    again = Report("ATXid_6", "Success", "", letters[0].address_lookup)
    assert take_report(again, TEN).messages == ()
    assert _states() == {"delivered": 1, "unknown": 1, "claimed": 2}


# --- mail -----------------------------------------------------------------------------------


class Post:
    """A mail server that takes, refuses, or breaks off once it has taken."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.content: list[bytes] = []
        self.busy: set[str] = set()

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        number = int(address[1:].partition("@")[0])
        if number % 10 == 1:
            return "550 no such mailbox"
        if number % 10 == 2 and address not in self.busy:
            self.busy.add(address)
            return "451 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.taken[envelope.rcpt_tos[0]] += 1
        self.content.append(bytes(envelope.content or b""))
        if int(envelope.rcpt_tos[0][1:].partition("@")[0]) % 10 == 3:
            assert server.transport is not None
            server.transport.abort()
        return "250 taken"


@contextmanager
def _mail_server(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    post = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        monkeypatch.setitem(app.extensions, "mailman", app.extensions["mailman"])
        init_messages(app, Settings(mail_url=f"smtp://127.0.0.1:{port}", mail_from="o@example.org"))
        yield post
    finally:
        controller.stop()


def test_nobody_gets_a_mail_twice_from_a_server_that_breaks_off(app, monkeypatch):
    killer = Killer(random.Random(3))
    count = usual_or_long(60, 1_000)
    with _mail_server(app, monkeypatch) as post:
        sender = Sender(
            Dangerous(AfricasTalking("", None, "", "", ""), killer),
            lambda _session, _messages, _now: {},
            lambda: TEN,
            lambda _stopped: None,
            seconds=lambda: 0.0,
        )
        _put_in(_letters(count, Channel.EMAIL, "email"))
        with _settling_killed(killer, monkeypatch):
            deaths = _send_all(sender)
    assert deaths > 0
    assert set(post.taken.values()) == {1}
    left = _states()
    # Refused for good, except those whose claim a death left.
    assert 0 < left["refused"] <= count / 10
    assert left["accepted"] + left["unknown"] + left["refused"] == count
    assert left["accepted"] <= sum(post.taken.values()) <= left["accepted"] + left["unknown"]
