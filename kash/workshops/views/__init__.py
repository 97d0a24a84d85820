"""The pages of a workshop, one module a tab."""

from kash.workshops.views import attendance, closing, documents, pads, people, plan, sessions

__all__ = ["attendance", "closing", "documents", "pads", "people", "plan", "sessions"]
