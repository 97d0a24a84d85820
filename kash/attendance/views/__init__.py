"""The addresses of pads: what a phone sends comes here, without a sign-in and without a cookie."""

from kash.attendance.views import sync

__all__ = ["sync"]
