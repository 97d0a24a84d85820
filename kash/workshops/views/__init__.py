"""The pages of a workshop, one module a tab."""

from kash.workshops.views import attendance, documents, people, plan, sessions

__all__ = ["attendance", "documents", "people", "plan", "sessions"]
