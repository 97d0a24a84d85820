"""Names lead to who bears them, one group at a time, also on pages that come only when somebody
typed or ticked something; and what looks for names finds those that are wrong."""

import pytest

from .names_shown import names_on, wrong_names
from .programme import OWN, Bearer, World
from .table import PLACES
from .test_who_may_do_what import Ask, body_of, wrong_on

BOTH = ["person", "person_beside"]
NAME = ["=Zqpersonname"]
# By the page: as whom, what is sent (ids of `programme.Records`, or "=text"), and how many people's
# names are shown at least.
SENT: dict[str, tuple[str, dict[str, list[str]], int]] = {
    "accounts.invite": ("director", {"person": ["person_outside"]}, 1),
    "certificates.find": ("trainer", {"search": ["=Zqcertificate"]}, 2),
    "certificates.preview_people": ("director", {"search": NAME}, 2),
    "desk.find": ("trainer", {"search": NAME}, 2),
    "forums.find_guest": ("trainer", {"search": NAME}, 2),
    "forums.find_member": ("trainer", {"search": NAME}, 2),
    "people.merge_with": ("trainer", {"search": NAME}, 2),
    "people.search": ("trainer", {"search": NAME}, 2),
    "people.signed_forms": ("trainer", {"chosen": BOTH}, 1),
    "people.transfer_many": ("trainer", {"chosen": BOTH}, 1),
    "workshops.find_people": ("trainer", {"search": NAME}, 2),
    "workshops.save_register": (
        "trainer",
        {"mark-{entry}": ["=absent"], "seen-{entry}": ["=0:"], "group": ["=B"]},
        1,
    ),
}


def answered(endpoint: str, world: World) -> str:
    """The page that comes when what `SENT` says is sent, in lower case."""
    role, sent, _least = SENT[endpoint]
    records, place = world.records[role, OWN], PLACES[endpoint]
    with world.app.test_request_context():
        address = world.app.url_for(
            endpoint, **{name: records[what] for name, what in place.address.items()}
        )
    answer = world.browser(role).post(
        address,
        data={
            name.format(entry=records["entry"]): [records[what] for what in whats]
            for name, whats in sent.items()
        },
    )
    assert answer.status_code in (200, 409, 422)
    return body_of(answer).partition("<main")[2]


@pytest.mark.parametrize("endpoint", sorted(SENT))
def test_names_that_come_by_typing_or_ticking_lead_to_their_people(endpoint, world):
    role, _sent, least = SENT[endpoint]
    body = answered(endpoint, world)
    assert len(names_on(body, world.bearers)) >= least
    assert list(wrong_on(world, Ask(endpoint, "POST", "", role, OWN), body)) == []


def test_a_mark_that_met_another_leads_to_whose_it_is(world):
    shown = names_on(answered("workshops.save_register", world), world.bearers)
    (links,) = [links for one, links in shown.items() if one.whose == OWN]
    assert f"/people/{world.records['trainer', OWN]['person']}" in links


A = Bearer("1a", "A", "officer")
B = Bearer("2b", "B", "member")
BEARERS = {"zqname1x": A, "zqprinted1x": A, "zqname2x": B}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ('<a href="/people/1a">zqname1x</a>', []),
        ('<p><a href="/people/1a"><b>zqname1x</b></a></p><p>zqprinted1x</p>', []),
        ("<p>zqname1x</p>", ["nowhere"]),
        ('<a href="/workshops/">x</a> zqname1x', ["nowhere"]),
        # Somebody else's page, and one whose id begins alike.
        ('<a href="/people/2b">zqname1x</a>', ["nowhere"]),
        ('<a href="/people/1ab">zqname1x</a>', ["nowhere"]),
        ("<br><i>zqname2x</i>", []),
        ('<a href="/people/1a">zqname1x</a> <i>zqname2x</i>', ["both"]),
        ('<a href="/people/1a">zqname1x</a> <input value="zqname2x">', ["both"]),
        ('<a href="/people/1a">zqname1x</a><select><option selected>zqname2x</select>', ["both"]),
        ('<a href="/people/1a">zqname1x</a><select><option>zqname2x</select>', []),
        ('<title>zqname1x</title><i class="a hush">zqname1x</i>', []),
        ('<input type="hidden" value="zqname1x">', []),
        ('<button aria-label="zqname1x"></button>', []),
    ],
)  # fmt: skip
def test_what_is_wrong_with_names_is_found(body, wrong):
    found = wrong_names("some.page", names_on(body, BEARERS), lambda whose: whose == "officer")
    said = [
        "both" if "both groups" in one else "nowhere" if "leads to" in one else one for one in found
    ]
    assert said == wrong


def test_exceptions_hold_for_the_page_alone():
    both = '<a href="/people/1a">zqname1x</a> <a href="/people/2b">zqname2x</a>'
    certificate = '<a href="/certificates/1">zqname1x</a>'
    for body, fine, other in (
        (both, "people.index", "workshops.people"),
        (certificate, "certificates.index", "workshops.people"),
        ("zqname1x", "people.person", "workshops.people"),
    ):
        shown = names_on(body, BEARERS)
        assert list(wrong_names(fine, shown, lambda _whose: True)) == []
        assert len(list(wrong_names(other, shown, lambda _whose: True))) == 1
