"""Nobody can be found in an evaluation: whoever knows in which order people answered, and has all
that the disk holds and the server's key, matches people and answers no better than by chance.

Each person writes a comment of her own, and so do the others: whoever finds the comment finds her.
"""

import random
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import inspect, text

from kash.assessments.evaluations.models import (
    COMMENT,
    OVERHEAD,
    EvaluationBox,
    EvaluationComment,
    EvaluationForm,
    EvaluationQuestion,
    make_form_key,
    open_answer,
    private_half,
)
from kash.assessments.evaluations.queries import box_of
from kash.assessments.evaluations.rules import (
    BallotQuestion,
    BallotQuestionKind,
    ballots_in,
    empty_box,
    packed_size,
    unpacked,
)
from kash.assessments.evaluations.services import close_overdue, take_answer
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import open_text
from tests.profile import usual_or_long

pytestmark = pytest.mark.new_files

PEOPLE = 6
# The matcher learns by the first which of its ways finds most, and is judged by the others: by a
# thousand answers in a long run.
LEARNS, JUDGED = usual_or_long(15, 30), usual_or_long(60, 170)

# Of each form by its key: comments ("3": of whoever answered as the fourth) as this way ranks them.
Ranked = Mapping[int, Sequence[str]]


@pytest.fixture
def dice(monkeypatch):
    """Chance that is the same in each run, so that it fails no test now and then."""
    made = random.Random(20_261_128)
    monkeypatch.setattr("secrets.SystemRandom", lambda: made)
    monkeypatch.setattr("secrets.token_bytes", made.randbytes)
    return made


def make_forms(workshop_id: int, count: int) -> list[EvaluationForm]:
    """Open forms of one question, for a comment, and with little room, so that it goes quickly."""
    size = packed_size(asked_for_a_comment())
    made = []
    for _each in range(count):
        public_id = new_public_id()
        form = EvaluationForm(
            public_id=public_id,
            workshop_id=workshop_id,
            state="open",
            public_key=make_form_key(public_id),
            closes_at=utc_now() + timedelta(hours=1),
            created_by="system",
        )
        form.questions = [EvaluationQuestion(position=1, kind="comment", texts={"en": "Well?"})]
        db.session.add(form)
        db.session.flush()
        box = empty_box(PEOPLE + 2, size + OVERHEAD)
        db.session.add(
            EvaluationBox(
                form_id=form.id, slots=box.slots, piece=box.piece, salt=box.salt, body=box.body
            )
        )
        made.append(form)
    db.session.commit()
    return made


def asked_for_a_comment() -> list[BallotQuestion]:
    return [BallotQuestion(BallotQuestionKind.COMMENT)]


def answer_and_close(forms: Mapping[int, str]) -> dict[str, Ranked]:
    """Six answer each form, one after the other, then all are closed; what whoever took the open
    boxes with their keys makes of them."""
    for public_id in forms.values():
        for person in range(PEOPLE):
            take_answer(public_id, {0: str(person)}, "", new_public_id())
    db.session.rollback()
    lay = {
        key: [
            unpacked(open_answer(private_half(public_id), public_id, sealed)).answers[0]
            for sealed in ballots_in(box_of(db.session.get_one(EvaluationBox, key)))
        ]
        for key, public_id in forms.items()
    }
    db.session.execute(
        text("UPDATE evaluation_form SET closes_at = :past"), {"past": utc_now() - timedelta(1)}
    )
    db.session.commit()
    assert close_overdue() == len(forms)
    return {"place in the open box": lay}


def comments_as_they_lie(app: APIFlask) -> dict[str, Ranked]:
    """The comments of each form in every order that the database's files know."""
    db.session.rollback()
    form_of = dict(db.session.execute(text("SELECT id, form_id FROM evaluation_question")).all())
    rows = db.session.query(EvaluationComment).all()
    said = {one.id: open_text(one.body, kind=COMMENT, public_id=one.public_id) for one in rows}
    ranks: dict[str, dict[int, Any]] = {
        "number": {one.id: one.id for one in rows},
        "reference": {one.id: one.public_id for one in rows},
    }
    if db.engine.dialect.name == "sqlite":
        content = Path(str(db.engine.url.database)).read_bytes()
        ranks["place in the file"] = {one.id: content.find(one.body[:40]) for one in rows}
    else:
        lying = db.session.execute(
            text("SELECT id, ctid::text, xmin::text::bigint FROM evaluation_comment")
        ).all()
        place = {one: tuple(map(int, re.findall(r"\d+", at))) for one, at, _by in lying}
        ranks["place in the table"] = place
        ranks["transaction"] = {one: (by, place[one]) for one, _at, by in lying}
    ways: dict[str, Ranked] = {}
    for name, rank in ranks.items():
        ordered: dict[int, list[str]] = {}
        for one in sorted(rows, key=lambda row: rank[row.id]):
            ordered.setdefault(form_of[one.question_id], []).append(said[one.id])
        ways[name] = ordered
    return ways


def hits(way: Ranked, forms: Sequence[int], step: int) -> int:
    """How many people are found if they answered in this order (step 1), or in its reverse."""
    return sum(
        comment == str(person) for key in forms for person, comment in enumerate(way[key][::step])
    )


def best_way(ways: Mapping[str, Ranked], forms: Sequence[int]) -> tuple[str, int]:
    """The way that finds most people in these forms, whose order is known."""
    return max(
        ((name, step) for name in ways for step in (1, -1)),
        key=lambda way: hits(ways[way[0]], forms, way[1]),
    )


def test_a_matcher_who_knows_the_order_finds_nobody(both_engines_app, plan, dice):
    made = make_forms(plan().row.id, LEARNS + JUDGED)
    forms = {form.id: form.public_id for form in made}
    ways = answer_and_close(forms) | comments_as_they_lie(both_engines_app)
    learns, judged = list(forms)[:LEARNS], list(forms)[LEARNS:]
    name, step = best_way(ways, learns)
    found, answers = hits(ways[name], judged, step), len(judged) * PEOPLE
    assert answers >= 360
    chance = 1 / PEOPLE
    spread = 1.96 * sqrt(answers * chance * (1 - chance))
    assert abs(found - answers * chance) <= spread, (name, step, found)


def test_the_matcher_finds_everybody_where_order_is_kept(app, plan, monkeypatch):
    """The control: without shuffling the same search finds them all, in the box and afterwards."""

    class Orderly:
        def shuffle(self, _things: object) -> None:
            """Leave them as they are."""

    monkeypatch.setattr("secrets.SystemRandom", Orderly)
    forms = {form.id: form.public_id for form in make_forms(plan().row.id, 3)}
    ways = answer_and_close(forms) | comments_as_they_lie(app)
    for name in ("place in the open box", "number"):
        assert hits(ways[name], list(forms), 1) == len(forms) * PEOPLE


def test_no_file_holds_the_key_or_an_answer_once_a_form_is_closed(both_engines_app, evaluated):
    """Neither the database's file, its write-ahead log on SQLite, the audit's mirror, nor on
    PostgreSQL the table; and the key never was in the database at all."""
    folder = both_engines_app.config["SETTINGS"].data_dir
    sealed_key = (folder / "evaluations" / evaluated.form).read_bytes()
    private = private_half(evaluated.form).private_bytes_raw()
    nonces = [new_public_id() for _each in range(PEOPLE)]
    for nonce in nonces:
        evaluated.answer({0: "5", 4: "zqkanyaboya"}, nonce=nonce)
    db.session.rollback()
    box = box_of(db.session.query(EvaluationBox).one())
    pieces = ballots_in(box)
    assert b"zqkanyaboya" not in b"".join(pieces)
    in_database = _dump()
    assert [
        one for one in (sealed_key, private, *map(str.encode, nonces)) if one in in_database
    ] == []
    assert pieces[0] in in_database
    evaluated.close()
    secrets = [sealed_key, private, b"zqkanyaboya", *map(str.encode, nonces), box.salt]
    secrets += [piece[at : at + 60] for piece in pieces for at in (0, 400, 1000)]
    kept = [path for path in folder.rglob("*") if path.is_file()]
    left = {path.name for path in kept for one in secrets if one in path.read_bytes()}
    assert left == set()
    assert [one for one in secrets if one in _dump()] == []
    if db.engine.dialect.name == "sqlite":
        assert Path(f"{db.engine.url.database}-wal").stat().st_size == 0
    else:
        size = "SELECT pg_relation_size(oid) + pg_relation_size(reltoastrelid) FROM pg_class"
        assert db.session.scalar(text(f"{size} WHERE relname = 'evaluation_box'")) == 0


def _dump() -> bytes:
    """All that the tables of evaluations hold, and the audit."""
    db.session.rollback()
    names = [
        name
        for name in inspect(db.engine).get_table_names()
        if name.startswith("evaluation") or name in ("audit_entry", "counted_tries")
    ]
    found = b""
    for name in names:
        for row in db.session.execute(text(f'SELECT * FROM "{name}"')):
            for value in row:
                found += (
                    bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
                )
    return found


def test_no_row_of_a_closed_form_says_when_or_who(evaluated):
    columns = {
        table: {column["name"] for column in inspect(db.engine).get_columns(table)}
        for table in ("evaluation_box", "evaluation_count", "evaluation_comment")
    }
    assert columns == {
        "evaluation_box": {
            "form_id",
            "slots",
            "piece",
            "taken",
            "on_paper",
            "salt",
            "seen",
            "body",
        },
        "evaluation_count": {"id", "question_id", "part", "option", "count"},
        "evaluation_comment": {"id", "public_id", "question_id", "body"},
    }


def test_the_box_is_of_one_size_whatever_was_answered(evaluated):
    def size() -> tuple[int, int]:
        db.session.rollback()
        row = db.session.query(EvaluationBox).one()
        return len(row.body), row.piece

    before = size()
    for given in ({0: "1"}, {0: "5", 4: "😀" * 280}, {4: '"' * 280}):
        evaluated.answer(given)
        assert size() == before
