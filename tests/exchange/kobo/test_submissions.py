"""Encrypted submissions become reports: sealed in the request that brought them, once each, and
nothing of them in clear anywhere."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask

from kash.exchange.kobo.services.marks import StaysShut, bring_submissions, make_key, present_key
from kash.incidents.models import Incident
from kash.incidents.queries.cases import open_cases
from kash.platform.database import db
from tests.conftest import csrf_token
from tests.exchange.kobo.phones import archive, submission
from tests.refusals import refuses

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("app")]
CANARY = "Canaryapheko"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c"
    "63f8cfc0f01f0005000201a5f6f0b50000000049454e44ae426082"
)


def _answers(instance: str, what: str = CANARY) -> str:
    return (
        f'<data id="report"><meta><instanceID>{instance}</instanceID></meta>'
        f"<what>{what}</what></data>"
    )


def _folder(name: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{name}/{path}": content for path, content in files.items()}


@pytest.fixture
def member(a_member: Callable[..., Any]) -> Any:
    return a_member("documentation")


def test_a_file_is_filed_once_and_its_pictures_are_evidence(member: Any) -> None:
    key = make_key(member.actor)
    one, two = "uuid:one-1", "uuid:two-2"
    content = archive(
        {
            **_folder("a", submission(key, _answers(one), one, [("p.png", PIXEL), ("q.png", b"")])),
            **_folder("b", submission(key, _answers(two, "Second"), two)),
        }
    )
    done = bring_submissions(content, member.actor, member.vault(), "en")
    assert (len(done.filed), done.known, done.attached, done.refused) == (2, 0, 1, 1)
    again = bring_submissions(content, member.actor, member.vault(), "en")
    assert (len(again.filed), again.known) == (0, 2)
    cases, damaged = open_cases(member.actor, member.vault())
    assert damaged == []
    told = sorted(one.record.narrative for one in cases)
    assert told == [f"what: {CANARY}\n[uuid:one-1]", "what: Second\n[uuid:two-2]"]
    assert {one.state for one in db.session.query(Incident)} == {"submitted"}


def test_another_member_files_nothing_twice(member: Any, a_member: Callable[..., Any]) -> None:
    other = a_member("documentation")
    content = archive(submission(make_key(member.actor), _answers("uuid:x"), "uuid:x"))
    assert len(bring_submissions(content, member.actor, member.vault(), "en").filed) == 1
    assert bring_submissions(content, other.actor, other.vault(), "en").known == 1


def test_what_was_encrypted_to_an_earlier_key_still_opens(member: Any) -> None:
    first = make_key(member.actor)
    second = make_key(member.actor)
    present = present_key()
    assert present is not None
    assert present.public_key == second != first
    content = archive(submission(first, _answers("uuid:x"), "uuid:x"))
    assert len(bring_submissions(content, member.actor, member.vault(), "en").filed) == 1


def test_one_that_was_altered_or_of_another_programme_stops_none_of_the_others(
    member: Any,
) -> None:
    from kash.exchange.kobo.rules.forms import new_private_key, public_key_of

    key = make_key(member.actor)
    altered = submission(key, _answers("uuid:a"), "uuid:a")
    altered["submission.xml.enc"] = altered["submission.xml.enc"][:-1] + b"x"
    missing = submission(key, _answers("uuid:b"), "uuid:b")
    del missing["submission.xml.enc"]
    foreign = submission(public_key_of(new_private_key()), _answers("uuid:c"), "uuid:c")
    swapped = submission(key, _answers("uuid:another"), "uuid:d")
    empty = submission(key, _answers("uuid:e", ""), "uuid:e")
    unreadable = {"submission.xml": b"<x/>"}
    good = submission(key, _answers("uuid:g"), "uuid:g")
    content = archive(
        {
            path: one
            for name, files in zip(
                "abcdefg",
                (altered, missing, foreign, swapped, empty, unreadable, good),
                strict=True,
            )
            for path, one in _folder(name, files).items()
        }
    )
    done = bring_submissions(content, member.actor, member.vault(), "en")
    assert done.closed == [
        (1, StaysShut.ALTERED),
        (2, StaysShut.PART_MISSING),
        (3, StaysShut.OTHER_KEY),
        (4, StaysShut.ALTERED),
        (5, StaysShut.EMPTY),
        (6, StaysShut.UNREADABLE),
    ]
    assert len(done.filed) == 1


def test_a_file_of_something_else_is_answered_with_a_sentence(member: Any) -> None:
    with refuses("Make a key first, and put it into the settings of the form."):
        bring_submissions(b"x", member.actor, member.vault(), "en")
    make_key(member.actor)
    for content in (b"", b"x", archive({"a.txt": b"x"})):
        with refuses("This is no ZIP file of encrypted submissions, or one of more"):
            bring_submissions(content, member.actor, member.vault(), "en")


def test_the_page_files_and_leaves_nothing_in_clear_on_any_disk(app: APIFlask, member: Any) -> None:
    page = member.client.get("/w/forms/").get_data(as_text=True)
    token = csrf_token(page)
    assert member.client.post("/w/forms/key", data={"csrf_token": token}).status_code == 303
    key = present_key()
    assert key is not None
    content = archive(submission(key.public_key, _answers("uuid:x"), "uuid:x"))
    sent = {"csrf_token": token, "file": (io.BytesIO(content), "x.zip")}
    answer = member.client.post("/w/forms/", data=sent)
    assert answer.status_code == 200
    assert CANARY not in answer.get_data(as_text=True)
    folder = Path(app.config["SETTINGS"].data_dir) if "SETTINGS" in app.config else None
    database = Path(str(db.engine.url.database))
    for path in (folder or database.parent).rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path.name
    wrong = member.client.post(
        "/w/forms/", data={"csrf_token": token, "file": (io.BytesIO(b"x"), "x.zip")}
    )
    assert wrong.status_code == 422
