"""Pages of payouts, one module for each noun."""

from kash.money.payouts.views import claims
from kash.money.payouts.views import payments as lists
