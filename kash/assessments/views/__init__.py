"""Pages of questions, tests and answers."""

from kash.assessments.views import bank, entry, phones, practice, results, scores, sheets, tests
