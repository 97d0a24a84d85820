"""Minutes that two write at once: what their pages send, and what stays different."""

import json
import os
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from kash.forums.models import (
    AgendaItem,
    Decision,
    InternalLine,
    Meeting,
    MinutesDifference,
    MinutesPage,
    writing_key,
)
from kash.forums.rules.merging import ROWS_OF_AN_ITEM, TextDifference, TypedMinutesRow, WrittenItem
from kash.forums.rules.minutes import (
    MinutesOperation,
    UnreadableOperation,
    moment_of,
    read_operation,
    values_of,
)
from kash.forums.services.agenda import MeetingOver, TooManyRows, add_item
from kash.forums.services.meetings import cancel_meeting
from kash.forums.services.minutes import (
    _settled,
    apply_minutes_operation,
    close_action,
    forget_revisions,
    items_to_settle,
    settle_difference,
    written_item,
)
from kash.people.models import Organisation
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.vault.phones import point_of, unpadded
from kash.platform.web import Forbidden, NotFound
from kash.policy import Actor
from tests.refusals import refuses


@dataclass
class Page:
    """A page of an item, as somebody has it open."""

    place: tuple[str, str, str]
    by: Actor
    name: str = field(default_factory=new_public_id)
    number: int = 0
    began: int = 0
    base: WrittenItem = field(default_factory=WrittenItem)

    def sends(self, minute: str = "", **rows: tuple[TypedMinutesRow, ...]) -> MinutesOperation:
        self.number += 1
        return MinutesOperation(
            self.name, self.number, self.began, self.base, WrittenItem(minute, **rows)
        )

    def writes(self, minute: str = "", **rows: tuple[TypedMinutesRow, ...]) -> MinutesOperation:
        """Send, and be answered."""
        sent = self.sends(minute, **rows)
        apply_minutes_operation(self.place, sent, by=self.by)
        self.base, self.began = standing(self.place), sent.number
        return sent


def row_of(place: tuple[str, str, str]) -> AgendaItem:
    db.session.rollback()
    return db.session.scalars(select(AgendaItem).where(AgendaItem.public_id == place[2])).one()


def standing(place: tuple[str, str, str]) -> WrittenItem:
    return written_item(row_of(place))


def count(kind: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


@pytest.fixture
def place(series):
    meeting = series.plan(utc_now() - timedelta(days=2))
    return (
        series.forum,
        meeting,
        add_item(series.forum, meeting, title="Rooms", by=series.secretary),
    )


@pytest.fixture
def director(actor):
    return actor("director", name="Neema Mkurugenzi")


# --- Writing ----------------------------------------------------------------------------------


def test_two_who_write_at_once_lose_nothing_and_it_is_there_once(series, place, director):
    one, other = Page(place, series.secretary), Page(place, director)
    key = new_public_id()
    one.writes("The rooms are small.")
    before = count(AuditEntry)
    sent = other.sends("Who pays?", actions=(TypedMinutesRow(key, "Ask for prices"),))
    assert apply_minutes_operation(place, sent, by=director)
    assert not apply_minutes_operation(place, sent, by=director)
    # An earlier one that comes late changes nothing.
    late = MinutesOperation(other.name, 1, 0, WrittenItem(), WrittenItem("Who"))
    assert not apply_minutes_operation(place, late, by=director)
    assert count(AuditEntry) == before + 1
    assert standing(place) == WrittenItem(
        "The rooms are small.\nWho pays?", (), (TypedMinutesRow(key, "Ask for prices"),)
    )
    # The answer to the first never arrived: the second holds it too.
    again = other.sends("Who pays? We do.", actions=(TypedMinutesRow(key, "Ask for two prices"),))
    apply_minutes_operation(place, again, by=director)
    assert standing(place) == WrittenItem(
        "The rooms are small.\nWho pays? We do.", (), (TypedMinutesRow(key, "Ask for two prices"),)
    )
    assert row_of(place).changed_by == director.public_id


def test_a_sentence_that_both_changed_is_told_to_both_until_one_settles_it(
    series, place, director, client_for
):
    one, other = Page(place, series.secretary), Page(place, director)
    one.writes("The rooms are small. We look for others.")
    other.base = standing(place)
    one.writes("The rooms are very small. We look for others.")
    other.writes("The rooms are too small for forty. We look for others.")
    assert standing(place).minute == "The rooms are very small. We look for others."
    address = "/forums/{}/meetings/{}/items/{}".format(*place)
    for reader in (series.secretary, director):
        page = client_for(reader).get(address).text
        assert "The rooms are very small." in page
        assert "The rooms are too small for forty." in page
    db.session.rollback()
    found = db.session.scalars(select(MinutesDifference)).one().public_id
    meeting = db.session.scalars(select(Meeting)).one()
    assert [item.public_id for item in items_to_settle(db.session(), meeting)] == [place[2]]
    answer = client_for(director).post(f"{address}/differences/{found}", data={"take": "other"})
    assert answer.status_code == 303
    assert standing(place).minute == "The rooms are too small for forty. We look for others."
    assert count(MinutesDifference) == 0
    with pytest.raises(NotFound):
        settle_difference(place, found, "other", by=director)


def test_who_and_by_when_are_told_when_both_chose(series, place, director):
    key = new_public_id()
    one, other = Page(place, series.secretary), Page(place, director)
    one.writes(actions=(TypedMinutesRow(key, "Ask"),))
    other.base = standing(place)
    one.writes(actions=(TypedMinutesRow(key, "Ask", series.members["name"]),))
    other.writes(actions=(TypedMinutesRow(key, "Ask", series.members["alias"]),))
    assert standing(place).actions[0].owner == series.members["name"]
    db.session.rollback()
    found = db.session.scalars(select(MinutesDifference)).one()
    assert (found.part, found.other) == (f"owner:{key}", series.members["alias"])
    settle_difference(place, found.public_id, "other", by=director)
    assert standing(place).actions[0].owner == series.members["alias"]


def test_a_line_with_a_figure_beside_a_case_is_kept_and_stays_internal(series, place):
    db.session.add(Organisation(name="Mfano Patrol Base", kind="station"))
    db.session.commit()
    page = Page(place, series.secretary)
    page.writes("All came.\n12 reports, 5 about Mfano Patrol Base")
    assert standing(place).minute == "All came.\n12 reports, 5 about Mfano Patrol Base"
    assert count(InternalLine) == 1
    page.writes("All came.")
    assert count(InternalLine) == 0


def test_nobody_sends_for_another_or_into_what_is_closed(series, place, director, actor):
    one = Page(place, series.secretary)
    one.writes("The rooms.")
    with pytest.raises(NotFound):
        apply_minutes_operation(place, one.sends("Mine"), by=director)
    for stranger in (actor("trainer"), actor("funder")):
        with pytest.raises((NotFound, Forbidden)):
            apply_minutes_operation(place, Page(place, stranger).sends("Mine"), by=stranger)
    cancel_meeting(place[0], place[1], reason="Rain", by=series.secretary)
    with pytest.raises(MeetingOver):
        apply_minutes_operation(place, one.sends("The rooms, again."), by=series.secretary)
    assert standing(place).minute == "The rooms."


def test_what_is_too_long_or_too_much_is_refused_whole(series, place):
    page = Page(place, series.secretary)
    page.writes("Short.")
    with refuses("This is too long for one item."):
        page.writes("x" * 20_001)
    with pytest.raises(TooManyRows):
        page.writes(decisions=tuple(TypedMinutesRow(new_public_id(), "One") for _ in range(41)))
    assert standing(place) == WrittenItem("Short.")
    page.writes("Short again.")
    assert standing(place) == WrittenItem("Short again.")


def test_an_action_that_was_closed_meanwhile_is_not_made_again(series, place, director):
    key = new_public_id()
    one, other = Page(place, series.secretary), Page(place, director)
    one.writes(actions=(TypedMinutesRow(key, "Ask"),))
    other.base = standing(place)
    close_action(place[0], key, state="done", by=series.secretary)
    other.writes("More.", actions=(TypedMinutesRow(key, "Ask again"),))
    assert standing(place) == WrittenItem("More.")


def test_a_key_that_is_taken_elsewhere_makes_a_row_of_another_key(series, place):
    elsewhere = (*place[:2], add_item(*place[:2], title="Hours", by=series.secretary))
    taken = new_public_id()
    Page(elsewhere, series.secretary).writes(decisions=(TypedMinutesRow(taken, "There"),))
    page = Page(place, series.secretary)
    page.writes(decisions=(TypedMinutesRow(taken, "Here"),))
    # The page was not answered: it goes on under its own key.
    page.base, page.began = WrittenItem(), 0
    page.writes(decisions=(TypedMinutesRow(taken, "Here, too"),))
    assert [row.text for row in standing(place).decisions] == ["Here, too"]
    assert standing(elsewhere).decisions == (TypedMinutesRow(taken, "There"),)
    assert count(Decision) == 2


def test_whoever_left_takes_on_nothing_new(series, place):
    stranger = TypedMinutesRow(new_public_id(), "Ask", new_public_id())
    Page(place, series.secretary).writes(actions=(stranger,))
    assert standing(place).actions == (TypedMinutesRow(stranger.key, "Ask"),)


def test_what_was_written_before_is_forgotten(series, place, director):
    one, other = Page(place, series.secretary), Page(place, director)
    one.writes("It is so.")
    other.writes("It is not so.")
    assert count(MinutesPage) == 2
    meeting = db.session.scalars(select(Meeting)).one()
    forget_revisions(db.session(), meeting)
    db.session.commit()
    assert (count(MinutesPage), count(MinutesDifference)) == (0, 0)


# --- As it comes from a browser ---------------------------------------------------------------


def sealed(account: str, item: str, operation: MinutesOperation) -> dict[str, str]:
    """As static/js/minutes seals it."""
    point = point_of(writing_key(account))
    pair = ec.generate_private_key(ec.SECP256R1())
    raw = pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = pair.exchange(
        ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    )
    info = f"kash minutes v1 {account} {item}".encode()
    key = HKDF(algorithm=SHA256(), length=32, salt=raw, info=info).derive(shared)
    sent = {
        "began": operation.began,
        "base": values_of(operation.base),
        "now": values_of(operation.now),
    }
    iv = os.urandom(12)
    ct = AESGCM(key).encrypt(iv, json.dumps(sent).encode(), operation.op_id.encode())
    return {
        "page": operation.page,
        "number": str(operation.number),
        "epk": unpadded(raw),
        "iv": unpadded(iv),
        "ct": unpadded(ct),
    }


def test_only_the_account_that_sealed_it_has_it_opened(series, place, director, client_for):
    page = Page(place, series.secretary)
    sent = sealed(series.secretary.public_id, place[2], page.sends("The rooms are small."))
    address = "/forums/{}/meetings/{}/items/{}/live".format(*place)
    assert client_for(director).post(address, data=sent).status_code == 400
    own = client_for(series.secretary)
    for damaged in ({**sent, "number": "2"}, {**sent, "ct": "x"}, {**sent, "page": ""}, {}):
        assert own.post(address, data=damaged).status_code == 400
    assert standing(place) == WrittenItem()
    answer = own.post(address, data=sent).get_json()
    assert (answer["item"]["minute"], answer["known"]) == ("The rooms are small.", False)
    assert own.post(address, data=sent).get_json()["known"]
    looked = own.get(address).get_json()
    assert (looked["item"], looked["version"]) == (answer["item"], answer["version"])


def test_what_can_no_longer_be_taken_is_given_back_to_whoever_wrote_it(series, place, client_for):
    sent = sealed(
        series.secretary.public_id, place[2], Page(place, series.secretary).sends("Late words.")
    )
    cancel_meeting(place[0], place[1], reason="Rain", by=series.secretary)
    address = "/forums/{}/meetings/{}/items/{}/live".format(*place)
    answer = client_for(series.secretary).post(address, data=sent)
    assert (answer.status_code, answer.get_json()["typed"]["minute"]) == (409, "Late words.")


def test_a_decision_is_of_when_it_was_taken_whatever_the_clock_of_the_browser_says():
    now = utc_now()
    # Its clock is years off, and so is what it says of both moments.
    assert moment_of(1_000_000, 1_600_000, now) == now - timedelta(minutes=10)
    for taken, sent in ((None, 5), (5, None), (10, 5), (0, 10**15), (-(10**40), 5), (10**40, 5)):
        assert moment_of(taken, sent, now) == now


ROWS = st.lists(
    st.builds(TypedMinutesRow, st.builds(new_public_id), st.text("ab. \n", min_size=1)), max_size=3
)


@given(st.text("ab. \n"), ROWS)
def test_what_a_page_sends_is_read_as_it_was_written(minute, rows):
    item = WrittenItem(
        minute if minute.strip() else "", tuple(row for row in rows if row.text.strip())
    )
    page = new_public_id()
    sent = json.dumps({"began": 0, "base": values_of(WrittenItem()), "now": values_of(item)})
    read = read_operation(sent.encode(), page, 1)
    assert (read.now, read.op_id) == (item, f"{page}:1")


WHOLE = {"began": 0, "base": values_of(WrittenItem()), "now": values_of(WrittenItem("Yes"))}


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {},
        {**WHOLE, "began": 1},
        {**WHOLE, "began": -1},
        {**WHOLE, "began": "0"},
        {**WHOLE, "base": None},
        {**WHOLE, "now": {"minute": "Yes"}},
        {**WHOLE, "now": {"minute": 1, "decisions": [], "actions": []}},
        {**WHOLE, "now": {"minute": "x" * 100_001, "decisions": [], "actions": []}},
        {**WHOLE, "now": {"minute": "", "decisions": {}, "actions": []}},
        {**WHOLE, "now": {"minute": "", "decisions": [{"key": "x", "text": ""}], "actions": []}},
        {**WHOLE, "now": {"minute": "", "decisions": [None], "actions": []}},
    ],
)
def test_nothing_else_is_read(wrong):
    with pytest.raises(UnreadableOperation):
        read_operation(json.dumps(wrong).encode(), new_public_id(), 1)
    for nothing in (b"", b"{", b"\xff", b"[" * 100_000):
        with pytest.raises(UnreadableOperation):
            read_operation(nothing, new_public_id(), 1)


@pytest.mark.parametrize("more", [0, 1])
def test_as_many_rows_as_an_item_can_gather_are_read_and_no_more(more):
    row = {"text": "Ask", "owner": "", "due": ""}
    rows = [{**row, "key": new_public_id()} for _ in range(ROWS_OF_AN_ITEM * 4 + more)]
    sent = {**WHOLE, "now": {"minute": "", "decisions": rows, "actions": []}}

    def read() -> MinutesOperation:
        return read_operation(json.dumps(sent).encode(), new_public_id(), 1)

    if more:
        with pytest.raises(UnreadableOperation):
            read()
    else:
        assert len(read().now.decisions) == ROWS_OF_AN_ITEM * 4


@pytest.mark.parametrize("due", ["1900-01-01", "2199-12-31"])
def test_the_first_and_the_last_day_that_may_be_due_are_read(due):
    row = {"key": new_public_id(), "text": "Ask", "owner": "", "due": due}
    now = {"minute": "", "decisions": [], "actions": [row]}
    read = read_operation(json.dumps({**WHOLE, "now": now}).encode(), new_public_id(), 1)
    assert [one.due_on for one in read.now.actions] == [date.fromisoformat(due)]


@pytest.mark.parametrize("due", ["0001-01-01", "1899-12-31", "2200-01-01", "2026-13-01", 20261116])
def test_a_day_that_is_none_is_not_read(due):
    row = {"key": new_public_id(), "text": "Ask", "owner": "", "due": due}
    now = {"minute": "", "decisions": [], "actions": [row]}
    with pytest.raises(UnreadableOperation):
        read_operation(json.dumps({**WHOLE, "now": now}).encode(), new_public_id(), 1)


@pytest.mark.parametrize(
    ("part", "other", "settled"),
    [
        ("owner:a", "m2", {"owner": "m2"}),
        ("due:a", "2026-12-01", {"due_on": date(2026, 12, 1)}),
        ("due:a", "", {"due_on": None}),
        ("action:a", "Write", {"text": "Write"}),
    ],
)
def test_what_was_chosen_of_a_difference_goes_where_it_belongs(part, other, settled):
    row, beside = (TypedMinutesRow(key, "Call", "m1", date(2026, 11, 20)) for key in ("a", "b"))
    written = WrittenItem("Said", (TypedMinutesRow("d", "Call"),), (row, beside))
    found = TextDifference(part, "", "Call", other)
    assert _settled(written, found, "stands") == written
    changed = replace(written, actions=(replace(row, **settled), beside))
    assert _settled(written, found, "other") == changed


def test_of_a_row_that_is_gone_what_was_chosen_is_said_in_the_minute():
    written = WrittenItem("Said", (TypedMinutesRow("d", "Call"),))
    chosen = {
        part: _settled(written, TextDifference(part, "", "Said", "Told"), "other")
        for part in ("minute", "decision:gone", "decision:d")
    }
    told = replace(written, minute="Told")
    assert chosen == {
        "minute": told,
        "decision:gone": told,
        "decision:d": replace(written, decisions=(TypedMinutesRow("d", "Call\nTold"),)),
    }
