"""Pages of payouts, one module for each noun."""

from kash.payouts.views import claims, lists, payees, payments, rates, reversals, workshop
