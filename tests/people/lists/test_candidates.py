"""A list that is compared with candidates says the same as one compared with everybody."""

import random
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert

from kash.people.lists import previews
from kash.people.lists.choices import Choices
from kash.people.lists.files import read_file
from kash.people.lists.previews import Preview, make_preview
from kash.people.lists.renewing import renewed
from kash.people.models import Group, Organisation, Person, Posting
from kash.people.queries import persons as known_queries
from kash.people.rules.duplicates import Known, Likeness
from kash.people.rules.persons import sort_name
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import lookup
from kash.platform.web.formats import local_today
from kash.policy import Actor
from tests.people.crowd import Someone, common, disturbed, people

HEADINGS = "Name;Group;Number;Station;Phone;Ward;Year of birth;Sex"
SIZE, ROWS = 700, 90


def phone_of(one: Someone) -> str:
    """A number that no country gave out yet, the same for the same look-up."""
    first = min(one.facts.phones, default="")
    return f"+2547{sum(map(ord, first)) * 7919 % 10**8:08}" if first else ""


def live_in(crowd: list[Someone], adders: list[str], begin: int = 5000) -> None:
    """Put a crowd into the database, each added by one of these."""
    groups = {each.letter: each.id for each in db.session.query(Group)}
    here = {each.name: each.id for each in db.session.query(Organisation)}
    wanted = sorted({each.facts.station for each in crowd} - set(here))
    places = here | {place: 1000 + len(here) + at for at, place in enumerate(wanted)}
    now = utc_now()
    if wanted:
        db.session.execute(
            insert(Organisation),
            [
                {
                    "id": places[place],
                    "public_id": new_public_id(),
                    "name": place,
                    "kind": "station",
                }
                for place in wanted
            ],
        )
    rows: list[dict[str, Any]] = []
    for number, one in enumerate(crowd):
        phone = phone_of(one)
        rows.append(
            {
                "id": begin + number,
                "public_id": new_public_id(),
                "chosen_name": one.name,
                "sort_name": sort_name(one.name),
                "group_id": groups["A" if one.facts.group == "police" else "B"],
                "reference": one.facts.reference,
                "ward": one.facts.ward,
                "birth_year": one.facts.birth_year,
                "sex": one.facts.sex,
                "phone_lookup": lookup(phone, kind="phone") if phone else None,
                "created_by": adders[number % len(adders)],
                "created_at": now,
                "changed_at": now,
            }
        )
    db.session.execute(insert(Person), rows)
    db.session.execute(
        insert(Posting),
        [
            {
                "public_id": new_public_id(),
                "person_id": begin + number,
                "organisation_id": places[one.facts.station],
                "since": now.date(),
            }
            for number, one in enumerate(crowd)
            if number % 5
        ],
    )
    db.session.commit()


def written(some: list[Someone], chance: random.Random) -> bytes:
    """They as a list, and a few numbers of others among them."""
    lines = [HEADINGS]
    for one in some:
        facts = one.facts
        number = facts.reference or chance.choice(("", "", str(60_000 + chance.randrange(SIZE))))
        group = "A" if facts.group == "police" else "B"
        year = facts.birth_year or ""
        station = facts.station.replace(" spelled otherwise", "")
        phone = phone_of(one)
        lines.append(
            f"{one.name};{group};{number};{station};{phone};{facts.ward};{year};{facts.sex}"
        )
    return "\n".join(lines).encode()


def everybody(actor: Actor, _asked: Collection[Likeness]) -> Known:
    """As it was before there were candidates."""
    return Known(known_queries.likenesses(actor))


def outcomes(preview: Preview) -> Iterator[tuple[Any, ...]]:
    """All that is thought of each row."""
    for each in preview.outcomes:
        yield (
            each.number,
            each.state,
            each.same_as,
            each.matches,
            each.may_be_new,
            each.shared_phone,
            [remark.code for remark in each.placed.wrong],
        )


@pytest.mark.parametrize("names", ["real names", "common names"])
def test_classes_and_reasons_are_those_of_comparing_with_everybody(
    both_engines_app, actor, monkeypatch, names
):
    chance = random.Random(len(names))
    one, other, director = actor("trainer"), actor("trainer"), actor("director")
    several = common if names == "common names" else people
    crowd = several(SIZE, chance)
    live_in(crowd, [one.public_id, other.public_id, other.public_id])
    some = chance.sample(crowd, ROWS)
    some = [each if at % 3 == 0 else disturbed(each, chance) for at, each in enumerate(some)]
    some += [replace(each, name=each.name.upper()) for each in several(20, chance)]
    content = read_file(written(some, chance))
    for who in (one, other, director):
        few = make_preview(content, Choices(), who, local_today())
        with monkeypatch.context() as before:
            before.setattr(previews, "known_for", everybody)
            all_of_them = make_preview(content, Choices(), who, local_today())
        assert list(outcomes(few)) == list(outcomes(all_of_them))
        assert few.digest == all_of_them.digest
        assert few.counts["all"] == ROWS + 20
        assert min(few.counts[state] for state in ("new", "doubtful")) > 0
    assert few.counts["same"] > ROWS / 4


@pytest.mark.parametrize("names", ["real names", "common names"])
def test_a_list_brought_up_to_date_is_as_if_it_were_read_now(both_engines_app, actor, names):
    chance = random.Random(8)
    one, other, director = actor("trainer"), actor("trainer"), actor("director")
    crowd = (common if names == "common names" else people)(SIZE, chance)
    live_in(crowd[: SIZE * 3 // 4], [one.public_id, other.public_id])
    some = [disturbed(each, chance) for each in chance.sample(crowd, ROWS)]
    content = read_file(written(some, chance))
    today = local_today()
    before = {who: make_preview(content, Choices(), who, today) for who in (one, director)}
    # Somebody adds people, changes one, and one is gone.
    first, *_more = db.session.query(Person).order_by(Person.id).limit(3)
    first.birth_year, first.changed_at = 1970, utc_now()
    db.session.commit()
    live_in(crowd[SIZE * 3 // 4 :], [one.public_id, other.public_id], begin=9000)
    for who, was in before.items():
        now = renewed(was, was.choices, who, today)
        afresh = make_preview(content, Choices(), who, today)
        assert now.counts != was.counts
        # The weights of names are those of the first reading: scores may differ by a little.
        assert [(each.number, each.state, each.same_as) for each in now.outcomes] == [
            (each.number, each.state, each.same_as) for each in afresh.outcomes
        ]


def test_a_list_asks_as_many_questions_however_long_it_is(both_engines_app, actor, count_queries):
    chance = random.Random(3)
    director = actor("director")
    crowd = people(120, chance, stations=5)
    live_in(crowd, ["somebody-else-00"])
    whole = [each for each in crowd if each.facts.phones and each.facts.reference]
    asked, today = [], local_today()
    for rows in (3, 40):
        content = read_file(written(whole[:rows], chance))
        with count_queries() as queries:
            preview = make_preview(content, Choices(), director, today)
        assert preview.counts["all"] == rows
        asked.append(queries.count)
    assert asked[0] == asked[1]
