"""Pages of questions, tests and answers."""

from kash.assessments.views import bank, entry, phones, results, scores, sheets, tests
