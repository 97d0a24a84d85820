"""Pages of messages."""

from kash.notices.views import choices, history, reports, settings, stopping, texts
