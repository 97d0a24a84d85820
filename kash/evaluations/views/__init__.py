"""Pages of evaluations, one module for each noun."""

from kash.evaluations.views import forms, phones, questions, results, sheets

__all__ = ["forms", "phones", "questions", "results", "sheets"]
