"""The addresses of pads: the page that a phone keeps, and what it sends, which comes here without a
sign-in and without a cookie."""

from kash.attendance.views import shell, sync
