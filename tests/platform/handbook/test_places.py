"""Each page leads to the part of the handbook that tells about it, as whoever looks may read it."""

import re
from pathlib import Path

import pytest

from kash.platform.handbook.places import (
    BY_NAME,
    CHAPTERS,
    NO_PAGE,
    OWN,
    OWN_CHAPTER,
    place_in_handbook,
    places,
    readable,
)
from kash.platform.handbook.views import headings
from kash.policy import Role
from tests.matrix.table import ANYONE, MAY, ROLES, SIGNED_IN
from tests.matrix.table import PLACES as ADDRESSES

# Features declare their places to an application.
pytestmark = pytest.mark.usefixtures("app")

DOCS = Path(__file__).resolve().parents[3] / "docs"


# Answers to programs, and of what is only pressed the few that show a page.
FOR_PROGRAMS = re.compile(r"certificates\.\w+_file|members\.state")
PRESSED = {
    "accounts.confirm_passkey",
    "accounts.second_step_with_passkey",
    "accounts.sign_in_with_passkey",
    "certificates.use_holder_link",
    "incidents.answer_brief",
    "incidents.filing_step",
}


def opened_by(role: str) -> list[str]:
    """The endpoints of pages that a role may open, with whatever it reaches; "" is nobody."""
    return [
        endpoint
        for endpoint, place in ADDRESSES.items()
        if endpoint.partition(".")[0] not in NO_PAGE
        and not FOR_PROGRAMS.fullmatch(endpoint)
        and (act := place.get or (place.post if endpoint in PRESSED else ""))
        and (act == ANYONE or (role != "" and (act == SIGNED_IN or MAY[act][role] != "-")))
    ]


def exists(place: str) -> bool:
    name, _, heading = place.partition("#")
    return name in BY_NAME and (not heading or heading in headings(DOCS, name))


@pytest.mark.parametrize("role", ["", *ROLES])
def test_every_page_has_its_place_in_a_chapter_that_its_reader_reads(role):
    roles = [Role(role)] if role else []
    without = {
        endpoint: place
        for endpoint in opened_by(role)
        if (place := place_in_handbook(endpoint, roles)) is None
        or not exists(place)
        or not readable(BY_NAME[place.partition("#")[0]], roles)
    }
    assert without == {}


def test_every_line_is_of_a_page_or_room_that_there_is(app):
    rooms = {endpoint.partition(".")[0] for endpoint in app.view_functions}
    assert {key for key in places() if key not in app.view_functions and key not in rooms} == set()
    assert NO_PAGE - rooms == set()


def test_every_heading_that_is_named_stands_in_its_chapter():
    named = set(OWN_CHAPTER.values())
    for place in places().values():
        named.update([place] if isinstance(place, str) else place.values())
    assert {place for place in named - {OWN} if not exists(place)} == set()


@pytest.mark.parametrize("role", [Role.PEER, Role.POLICE_PEER, Role.FUNDER])
def test_no_page_leads_those_outside_the_staff_to_what_officers_do(role):
    led_to = {
        place.partition("#")[0]
        for endpoint in ADDRESSES
        if (place := place_in_handbook(endpoint, [role])) is not None
    }
    outside = {"signing-in", "verification", "privacy", "figures"}
    assert led_to <= outside | ({"peer-educator"} if role != Role.FUNDER else set())


def test_police_and_peers_read_nothing_that_is_written_for_officers():
    for role in (Role.PEER, Role.POLICE_PEER):
        assert {one.name for one in CHAPTERS if readable(one, [role])} == {
            "signing-in",
            "peer-educator",
            "figures",
            "privacy",
            "verification",
        }
    assert {one.name for one in CHAPTERS if readable(one, [])} == {"signing-in", "verification"}


def test_no_two_chapters_have_one_address():
    assert len({chapter.code for chapter in CHAPTERS}) == len(CHAPTERS)


def test_an_account_with_two_roles_is_led_by_the_work_that_the_page_is_for():
    both = [Role.DIRECTOR, Role.TRAINER]
    assert place_in_handbook("workshops.plan", both) == "trainer#plan-a-workshop"
    # Only a director revokes; being a trainer as well does not hide the place.
    assert place_in_handbook("certificates.revoke", both) == "director#revoke-a-certificate"
