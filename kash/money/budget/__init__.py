"""Budget: lines of each workshop by funder and budget code, what is planned against what is spent.
A line may follow a head count until the budget is closed; what payouts pay is read from them."""

from flask import Blueprint

blueprint = Blueprint("budget", __name__)
