"""Pages of payouts, one module for each noun."""

from kash.payouts.views import claims, lists, payees, payments, rates, workshop
from kash.payouts.views.joining import join_other_rooms

__all__ = ["claims", "join_other_rooms", "lists", "payees", "payments", "rates", "workshop"]
