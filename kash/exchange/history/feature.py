"""The chapter of the handbook that tells about earlier trainings. Columns of this room's tables,
sorted by what they hold about a person. Words of the audit trail for what is done here: the room,
then what happened. The declaration of earlier trainings."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.exchange.history import blueprint, models, views
from kash.exchange.history.models import EarlierImport
from kash.exchange.history.queries import BRING
from kash.feature import Feature
from kash.people.erasure import GOES, about_things, free_texts
from kash.people.queries.search import Reference, joined
from kash.people.sections import PersonSection
from kash.platform.handbook.places import Chapters
from kash.platform.web.parts import ActionWords, NamedPage, PageSection, SampleId
from kash.policy import Actor, Role

CHAPTERS = Chapters({"history": {Role.TRAINER: "trainer#earlier-trainings"}})


_PERSON = "earlier_training.person_id"

PERSONAL = (
    *free_texts("earlier_training.title", "earlier_training.place", "earlier_training.organiser"),
    *about_things(earlier_training="source_key length_unit"),
)
REFERENCES = (
    Reference(
        _PERSON,
        _l("Earlier trainings"),
        joined(_PERSON, ("source_key",), lambda _kept, _gone: {}),
        erased=GOES,
    ),
)


ACTION_WORDS = ActionWords(
    {
        "history.brought": _l("earlier trainings: brought in"),
        "history.taken_back": _l("earlier trainings: taken back"),
    }
)


def _may_bring(_public_id: str, actor: Actor) -> bool | None:
    return actor.may(BRING) or None


FEATURE = Feature(
    "history",
    choice="exchange",
    modules=(models, views),
    blueprints=(blueprint,),
    parts=(
        ACTION_WORDS,
        CHAPTERS,
        *PERSONAL,
        *REFERENCES,
        NamedPage("history.index", _l("Earlier trainings"), BRING, 101),
        PageSection("people_lists", "history/lists_section.html", _may_bring),
        PersonSection(_l("Earlier trainings"), views.person_rows),
        SampleId("/history/<public_id>", lambda _: select(EarlierImport.public_id)),
    ),
)
