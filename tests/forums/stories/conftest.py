"""A case in which everybody agreed to a story, and three who may have to do with it."""

from dataclasses import dataclass

import pytest

from kash.forums.stories.queries import open_draft
from kash.forums.stories.rules import CHECKS
from kash.forums.stories.services import WrittenStory, tell_story, write_story
from kash.incidents.consent_texts import VERSION
from kash.incidents.queries.cases import open_case
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.parts import Act, Party, Person, Place
from kash.incidents.rules.record import Record
from kash.incidents.services.consents import answer_consents
from kash.platform.database import utc_now
from tests.conftest import AMember
from tests.incidents.filed_cases import filed

TITLE, TEXT = "Arrested without a charge", "Three women were taken away.\n\nNobody told them why."


def agreed(purpose: str = "forum_story", *, given: bool = True) -> CaseConsent:
    return CaseConsent(
        purpose=purpose, given=given, at=utc_now(), by="system", person="p1", wording=VERSION
    )


def record(**more: object) -> Record:
    """A case of one grown-up person who agreed to a story."""
    return Record(
        **{
            "persons": [Person(id="p1", code="A", age_band="25_34")],
            "parties": [Party(id="x1", kind="police", station_name="Lake station")],
            "acts": [Act(id="a1", code="L1")],
            "place": Place(ward="Kondele"),
            "consents": [agreed("record"), agreed(), agreed("funder")],
            **more,
        }
    )


@dataclass(frozen=True)
class Desk:
    """Whoever writes, reads and reads a second time; `case` is the reference of a case."""

    writer: AMember
    reader: AMember
    case: str

    def write(self, **more: object) -> str:
        """A draft of the case; it waits for a second reader."""
        written = WrittenStory(
            **{
                "case": self.case,
                "language": "en",
                "title": TITLE,
                "text": TEXT,
                "audiences": ["forum", "funders"],
                "checks": CHECKS,
                "ready": True,
                **more,
            }
        )
        return write_story(written, by=self.writer.actor, vault=self.writer.vault())

    def version(self, draft: str) -> int:
        return open_draft(self.reader.actor, self.reader.vault(), draft).version

    def tell(self, draft: str = "") -> str:
        """A story that is told."""
        draft = draft or self.write()
        version = self.version(draft)
        return tell_story(draft, version, CHECKS, by=self.reader.actor, vault=self.reader.vault())

    def refuse(self, *purposes: str) -> None:
        """Consents are withdrawn, as a member notes it; those to every audience if none is
        named."""
        case = open_case(self.writer.actor, self.writer.vault(), self.case)
        answer_consents(
            self.writer.actor,
            self.writer.vault(),
            self.case,
            case.version,
            "p1",
            dict.fromkeys(purposes or ("forum_story", "funder"), False),
        )


@pytest.fixture
def desk(app, a_member):
    writer, reader = a_member("documentation"), a_member("director")
    return Desk(writer, reader, filed(record(), "verified"))
