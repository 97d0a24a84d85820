"""Payouts: transport and other refunds of a workshop. Rates by role and distance band are stored
and versioned; what is due follows from attendance; one person proposes a list, another approves it,
and then it is frozen; it is paid in cash on a signed paper or by mobile money, and every cent is
accounted for. The person who is paid for one day in two workshops is found, and somebody says
why."""

from flask import Blueprint

blueprint = Blueprint("payouts", __name__)
