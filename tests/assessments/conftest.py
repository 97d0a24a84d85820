"""A workshop with three people, and questions of its course."""

from dataclasses import dataclass, field, replace

import pytest

from kash.assessments.models import WorkshopTest
from kash.assessments.queries import RegisteredPerson, participants
from kash.assessments.rules.bank import BankQuestion, true_false
from kash.assessments.rules.results import Moment, Option, QuestionKind
from kash.assessments.services.bank import add_question
from kash.assessments.services.tests import make_test
from kash.platform.database import db
from kash.policy import Actor
from kash.training.models import Course
from kash.workshops.models import Workshop
from tests.workshops.conftest import Held, held, plan  # noqa: F401 - fixtures

COURT = BankQuestion(
    QuestionKind.SINGLE,
    "en",
    {"en": "How soon before a court?", "sw": "Baada ya muda gani mahakamani?"},
    (
        Option("a", True, {"en": "24 hours", "sw": "Saa 24"}),
        Option("b", False, {"en": "A week", "sw": "Wiki"}),
        Option("c", False, {"en": "A month", "sw": "Mwezi"}),
    ),
)
SEARCH = BankQuestion(
    QuestionKind.TRUE_FALSE, "en", {"en": "Condoms prove a crime."}, true_false(False)
)
SAFE = BankQuestion(QuestionKind.SCALE, "en", {"en": "I would report to this station."})
WHOM = BankQuestion(QuestionKind.SHORT_TEXT, "en", {"en": "Whom would you call?"})


@dataclass
class Bank:
    """A workshop whose course has four questions."""

    held: Held
    questions: list[str] = field(default_factory=list)

    @property
    def workshop(self) -> Workshop:
        db.session.rollback()
        return self.held.row

    @property
    def course(self) -> Course:
        return self.workshop.version.course

    @property
    def trainer(self) -> Actor:
        return self.held.trainer

    def test(self, moment: Moment = Moment.BEFORE, questions: list[str] | None = None) -> str:
        """Make a test of the workshop; returns its public id."""
        asked = self.questions if questions is None else questions
        return make_test(self.held.workshop, moment, asked, self.trainer)

    def row(self, test: str) -> WorkshopTest:
        """A test as it is stored now."""
        db.session.rollback()
        return db.session.query(WorkshopTest).filter_by(public_id=test).one()

    def asked(self, test: str) -> list[str]:
        """Public ids of what a test asks, in its order."""
        return [one.public_id for one in self.row(test).questions]

    def people(self) -> list[RegisteredPerson]:
        """Who stands on the register, by name."""
        return participants(self.workshop)


@pytest.fixture
def bank(held):  # noqa: F811 - the fixture
    """Questions of each kind but one."""
    made = Bank(held)
    course = made.course.public_id
    for question in (COURT, SEARCH, SAFE, WHOM):
        made.questions.append(add_question(course, replace(question), held.trainer))
    return made
