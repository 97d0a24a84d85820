"""Lists brought in as a trainer brings them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kash.people.lists.previews import Preview
from kash.people.lists.queries import people_list
from kash.people.lists.services import bring_in, confirm_list, preview_list
from kash.people.models import Group, PeopleList
from kash.platform.database import db
from kash.policy import Actor

DATA = Path(__file__).parents[2] / "data"

Bringing = Callable[..., str]


def held(public_id: str, by: Actor) -> PeopleList:
    """The list's row, read anew."""
    db.session.rollback()
    return people_list(by, public_id)


def preview_of(public_id: str, by: Actor) -> Preview:
    """What the list would do now."""
    return preview_list(held(public_id, by), by)[0]


def confirm(public_id: str, by: Actor) -> None:
    """Confirm a list as it is shown now."""
    confirm_list(held(public_id, by), preview_of(public_id, by).digest, by)


def states(preview: Preview) -> dict[int, str]:
    """The state of each row."""
    return {each.number: str(each.state) for each in preview.outcomes}


@pytest.fixture
def trainer(actor):
    return actor("trainer")


@pytest.fixture
def browser(client_for, trainer):
    """The trainer's."""
    return client_for(trainer)


@pytest.fixture
def group(app):
    """The public id of the community."""
    found: str = db.session.query(Group).filter_by(letter="B").one().public_id
    return found


@pytest.fixture
def bring():
    """`bring(actor, "a;b", group=…)` brings in a list as text or bytes; its public id."""

    def make(by: Actor, content: str | bytes, name: str = "list.csv", group: str = "") -> str:
        data = content.encode() if isinstance(content, str) else content
        return bring_in(data, name, group, by)

    return make
