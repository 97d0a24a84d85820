"""A table of notes about venues, declared in a few lines: its rows are added, changed, listed on
the page of their venue, and removed."""

import pytest
from flask import Blueprint
from sqlalchemy import ForeignKey, MetaData, String, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from kash.application import all_features, create_app
from kash.feature import Feature
from kash.people.models import Venue
from kash.people.services.directory import VenueDetails, add_venue
from kash.platform.database import Base, db, new_public_id
from kash.platform.vault import AuditEntry
from kash.platform.web.forms import text_field
from kash.platform.web.plain_tables import PlainRow, PlainTable
from kash.policy import SYSTEM
from tests.conftest import csrf_token


class Own(DeclarativeBase):
    """Tables of this test alone, which no migration knows."""

    registry = registry(metadata=MetaData(), type_annotation_map=Base.registry.type_annotation_map)


class VenueRemark(PlainRow, Own):
    """A note about a venue."""

    __tablename__ = "venue_remark"

    venue_id: Mapped[int] = mapped_column(ForeignKey(Venue.__table__.c.id))
    text: Mapped[str] = mapped_column(String(300))


NOTES = PlainTable(
    blueprint=Blueprint("venue_notes", __name__, url_prefix="/venues"),
    kind=VenueRemark,
    above=Venue,
    page="venues.venue",
    permission="venues.plan",
    seen="venues.see",
    fields={"text": text_field("Note", most=300)},
    title="Notes",
    add="Add a note",
    question="Remove this note?",
    words=("notes: added", "notes: removed", "notes: changed"),
)


@pytest.fixture
def app(sqlite_app):
    """The application with notes in it."""
    feature = Feature("notes", blueprints=(NOTES.blueprint,), parts=tuple(NOTES.parts))
    with_notes = create_app(sqlite_app.config["SETTINGS"], [*all_features(), feature])
    Own.metadata.create_all(db.engine)
    yield with_notes
    db.session.remove()
    Own.metadata.drop_all(db.engine)


def test_a_note_is_added_changed_listed_and_removed(app, sign_in):
    hall, other = (add_venue(VenueDetails(name), SYSTEM) for name in ("Hall", "Barn"))
    browser, reader, key = sign_in("trainer"), sign_in("monitoring"), new_public_id()
    at = f"/venues/{hall}/remarks"
    token = csrf_token(browser.get(f"{at}/new").text)

    def send(address: str, text: str = "", version: int = 0) -> int:
        sent = {"csrf_token": token, "key": key, "text": text, "row_version": version}
        return browser.post(address, data=sent).status_code

    def notes() -> list[tuple[str, int]]:
        db.session.rollback()
        return [(note.text, note.row_version) for note in db.session.scalars(select(VenueRemark))]

    assert [send(f"{at}/new", text) for text in ("", "Bring a fan", "Again")] == [422, 303, 303]
    assert notes() == [("Bring a fan", 1)]
    assert send(f"{at}/{key}", "Bring two", 1) == 303
    # From a page that was opened before: what is saved by now stands beside what was typed.
    assert send(f"{at}/{key}", "Bring none", 1) == 409
    assert notes() == [("Bring two", 2)]
    # Never by the address of another venue.
    elsewhere = f"/venues/{other}/remarks"
    ways = (f"{elsewhere}/new", f"{elsewhere}/{key}", f"{elsewhere}/{key}/remove")
    assert [send(way, "Taken", 2) for way in ways] == [404] * 3
    page = browser.get(f"/venues/{hall}").text
    links = [f"{at}/new", f"{at}/{key}", f"{at}/{key}/remove"]
    assert [f'href="{link}"' in page for link in links] == [True] * 3
    seen = reader.get(f"/venues/{hall}").text
    assert ["Bring two" in seen, *(link in seen for link in links)] == [True, *[False] * 3]
    assert "Bring two" in browser.get(f"{at}/{key}/remove").text
    assert "Bring two" not in browser.get(f"/venues/{other}").text
    assert [send(f"{at}/{key}/remove"), send(f"{at}/{key}/remove")] == [303, 404]
    assert notes() == []
    done = select(AuditEntry.action).where(AuditEntry.action.startswith("venue_notes."))
    assert db.session.scalars(done.order_by(AuditEntry.seq)).all() == [
        f"venue_notes.remark_{what}" for what in ("added", "changed", "removed")
    ]
