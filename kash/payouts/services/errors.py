"""Errors that keep payouts from being changed, each with a sentence for whoever tried."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem


class NoRates(Problem):
    """Nothing is due before there are rates."""

    status = 409
    sentence = _l(
        "There are no rates yet. The director sets them, or you set them for this workshop."
    )


class DaysAhead(Problem):
    """Nothing is paid for a day whose sessions have not begun."""

    status = 409
    sentence = _l(
        "This list pays for a session that has not begun. Nothing is approved or paid before it"
        " begins."
    )


class BandsOpen(Problem):
    """Somebody who attended has no distance band."""

    status = 409
    sentence = _l("Choose a distance band for everybody who attended first.")


class OtherCurrency(Problem):
    """An amount given in one currency can't be taken off what is due in another."""

    status = 409
    sentence = _l(
        "Earlier lists of this workshop are in another currency. Set its rates in that one."
    )


class NothingToPay(Problem):
    """Everything that is due stands on a list already."""

    status = 409
    sentence = _l("Nothing is due that is not on a list already.")


class OneWaits(Problem):
    """A list of this workshop waits for approval."""

    status = 409
    sentence = _l("A list of this workshop waits for approval. It is approved or sent back first.")


class OwnPayment(Problem):
    """Nobody approves money for herself under another entry: in her name, or to her phone."""

    status = 403
    sentence = _l(
        "A payment of this list is in your name or goes to your phone, or those of the"
        " person you stand in for, so another person must approve it."
    )


class ChangedSinceProposal(Problem):
    """Marks, bands or exceptions changed after the list was proposed."""

    status = 409
    sentence = _l(
        "What is due changed since this list was proposed. Send it back and propose it again."
    )


class DoubleClaimsOpen(Problem):
    """Somebody is paid for the same day elsewhere, and nobody said why that is right."""

    status = 409
    sentence = _l(
        "Somebody on this list is paid for the same day in another workshop. "
        "Settle every double claim first."
    )


class PaidThere(Problem):
    """The other workshop's list is approved, so the day can't be taken from it here."""

    status = 409
    sentence = _l(
        "The day stands on a list that is approved. It stays there, or both are paid with a reason."
    )


class NotYoursToTake(Problem):
    """A trainer gives up her own workshop's claim, or says why both are right."""

    status = 403
    sentence = _l("Only a director can take a day away from another workshop.")


class NoDoubleClaim(Problem):
    """The two workshops no longer claim the same day."""

    status = 409
    sentence = _l("This day is not claimed twice any more.")


class WrongState(Problem):
    """A payment can't go from its state to that one."""

    status = 409
    sentence = _l("This payment stands differently by now. The page shows how.")


class ReasonMissing(Problem):
    """Money that did not arrive, came back, or was noted wrongly needs a reason."""

    status = 409
    sentence = _l("Say why. Whoever reads the list later needs it.")


class SentAlready(Problem):
    """A payment that is in a file is paid by mobile money or settled as failed, never otherwise."""

    status = 409
    sentence = _l(
        "This payment is in a file for mobile money. Note that it failed, and why, before it is"
        " paid in another way."
    )


class PaidOnLaterList(Problem):
    """The money that came back was given again by a later list."""

    status = 409
    sentence = _l("A later list gives this money again, so it stays as it came back.")


class NoPaymentToSend(Problem):
    """No payment of the list can go into a file."""

    status = 409
    sentence = _l("Nothing is left to be sent: what can be sent is in a file already, or was paid.")


class NotTheSameFile(Problem):
    """A file can't be made again as it was."""

    status = 409
    sentence = _l(
        "The same file can be downloaded again within an hour, by whoever made it, while nothing "
        "in it was settled. If it never reached mobile money, note each payment as failed, and "
        "why."
    )


class UnknownPayoutChoice(Problem):
    """A role, band or state that doesn't exist."""

    status = 400
    sentence = _l("Choose one of the offered possibilities.")


class NotAResult(Problem):
    """The file holds no results of mobile money."""

    status = 400
    field = "file"
    sentence = _l(
        "This file has no columns of references and states. Bring the result as it was downloaded."
    )


class MadeTheFile(Problem):
    """Whoever made the file for mobile money does not say herself that its money did not arrive."""

    status = 403
    sentence = _l(
        "You made the file with this payment. Another trainer of this workshop says that it failed"
        " or came back, and somebody else approves it."
    )


class WaitsAlready(Problem):
    """Somebody said already that a payment did not arrive; nobody decided on it yet."""

    status = 409
    sentence = _l("It was said already that this money did not arrive. That waits for approval.")


class MovedOn(Problem):
    """A payment stands differently from when it was said that its money did not arrive."""

    status = 409
    sentence = _l(
        "Something became known of a payment since this was proposed. Send it back, so that the"
        " rest is proposed again."
    )


class OwnHand(Problem):
    """Whoever had a hand in a payment does not compare it herself."""

    status = 403
    sentence = _l("You noted these payments yourself, so another person compares them.")
