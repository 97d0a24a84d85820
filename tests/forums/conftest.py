"""A forum with members of both groups, each appearing in another way."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from kash.forums.services.meetings import plan_meeting
from kash.forums.services.presence import add_member, open_forum
from kash.people.models import Person
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.web.formats import to_local
from kash.policy import Actor

NAMES = {
    "name": "Zawadi Kielelezo",
    "alias": "Amani Mfichwa",
    "office": "Baraka Afisa",
    "counted": "Siri Kubwa",
}
SHOWN = {"name": "Zawadi Kielelezo", "alias": "Nyota", "office": "Liaison officer", "counted": ""}
# Names that nobody chose to show.
HIDDEN = ("Amani Mfichwa", "Baraka Afisa", "Siri Kubwa")


@dataclass
class Series:
    """A forum as its secretary set it up: ids by how each member appears."""

    secretary: Actor
    forum: str
    people: dict[str, str] = field(default_factory=dict)
    person_ids: dict[str, int] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)

    def plan(self, starts_at: datetime | None = None, **more: object) -> str:
        """Plan a meeting, tomorrow unless told otherwise."""
        return plan_meeting(
            self.forum,
            starts_at=starts_at or utc_now().replace(microsecond=0) + timedelta(days=1),
            by=self.secretary,
            **more,  # type: ignore[arg-type]
        )


def earlier_today(**ago: float) -> datetime:
    """A moment some time ago, but of today by the programme's clocks even just after midnight."""
    now = to_local(utc_now())
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return max(now.replace(microsecond=0) - timedelta(**ago), midnight).astimezone(UTC)


def nairobi(year: int, month: int, day: int, hour: int = 9) -> datetime:
    """A moment by the clocks of Nairobi, which are three hours ahead."""
    return datetime(year, month, day, hour, tzinfo=UTC) - timedelta(hours=3)


@pytest.fixture
def person(groups):
    """`person("Name", group=1)` adds somebody; returns the public id and the key."""
    keys = [group.id for group in groups]

    def add(name: str, group: int = 1) -> tuple[str, int]:
        row = Person(
            public_id=new_public_id(),
            chosen_name=name,
            sort_name=name.lower(),
            group_id=keys[group],
            created_by="system",
        )
        db.session.add(row)
        db.session.commit()
        made = (row.public_id, row.id)
        db.session.rollback()
        return made

    return add


@pytest.fixture
def series(app, actor, person):
    """The office holder is in group A (police), the others are in group B."""
    secretary = actor("trainer", name="Tumaini Katibu")
    made = Series(secretary, open_forum(name="Monthly review", by=secretary))
    for appears, name in NAMES.items():
        public_id, key = person(name, group=0 if appears == "office" else 1)
        made.people[appears], made.person_ids[appears] = public_id, key
        made.members[appears] = add_member(
            made.forum,
            public_id,
            appears=appears,
            shown_as=SHOWN[appears] if appears in ("alias", "office") else "",
            by=secretary,
        )
    return made
