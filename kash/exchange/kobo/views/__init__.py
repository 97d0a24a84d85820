"""Pages of forms, of attendance that came by them, and of submissions that phones encrypted."""

from kash.exchange.kobo.views import forms, marks, submissions
