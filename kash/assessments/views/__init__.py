"""Pages of questions, tests and answers."""

from kash.assessments.views import bank, phones, sheets
from kash.assessments.views import tests as entry
