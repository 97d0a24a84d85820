"""Stories that were told, beside one that was withdrawn."""

from datetime import date

import pytest

from kash.forums.models import Story
from kash.forums.stories.queries import (
    ToldStory,
    list_stories,
    stories_by,
    stories_told,
    told_stories,
    told_story,
)
from kash.platform.vault import seal
from kash.platform.web.errors import NotFound
from kash.policy import Actor, Role
from tests.rows import row

READER = Actor("r" * 16, frozenset({Role.TRAINER}), 1)

pytestmark = pytest.mark.usefixtures("as_it_was")


def test_the_newest_months_stand_first_and_what_was_withdrawn_tells_nothing(sqlite_app):
    made = [
        row(
            Story,
            public_id=letter * 16,
            month=date(2026, month, 1),
            language="sw",
            title=None if gone else f"Title {letter}",
            text=None if gone else f"Text {letter}",
            for_forum=not gone,
            beside_sealed=None if gone else seal("{}", kind="story.beside", public_id=letter * 16),
        )
        for letter, month, gone in (
            ("c", 5, False),
            ("a", 6, False),
            ("d", 5, False),
            ("b", 6, True),
            ("e", 4, False),
        )
    ]

    def told(at: int) -> ToldStory:
        one = made[at]
        heard = ("forum",) if one.for_forum else ()
        return ToldStory(one.public_id, one.month, "sw", one.title or "", one.text or "", heard)

    newest = [told(at) for at in (1, 2, 0, 4)]
    assert [stories_told(limit, "forum") for limit in (1, 3, 9)] == [newest[:1], newest[:3], newest]
    with sqlite_app.test_request_context("/"):
        shown = told_stories(list_stories(READER))
    assert [one.month.month for one in shown] == [6, 5, 5, 4]
    assert set(shown) == set(newest)
    ids = [made[3].public_id, made[0].public_id, "nowhere"]
    assert stories_by(ids, "forum") == {ids[0]: told(3), ids[1]: told(0)}
    assert (told_story(ids[0], READER).is_withdrawn, told_story(ids[1], READER).is_withdrawn) == (
        True,
        False,
    )
    with pytest.raises(NotFound):
        told_story("nowhere", READER)
