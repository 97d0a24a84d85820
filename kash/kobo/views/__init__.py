"""Pages of forms, and of submissions that phones encrypted."""

from kash.kobo.views import forms, submissions
