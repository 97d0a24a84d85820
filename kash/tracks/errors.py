"""Problems that stand in the way of what is done with tracks."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem


class TrackNameTaken(Problem):
    """Another track has this name."""

    field = "name"
    sentence = _l("Another track has this name.")


class UnknownCourse(Problem):
    """A course that is not there."""

    field = "course"
    sentence = _l("Choose a course from the list.")


class CourseIsRenewed(Problem):
    """A published version says how the certificate of the present course is renewed."""

    field = "course"
    sentence = _l(
        "A published version says how this certificate is renewed, so the course stays. Add another"
        " track for another course."
    )


class CourseIsCertified(Problem):
    """The certificates of the present course need this track."""

    field = "course"
    sentence = _l(
        "The certificates of this course need this track, so the course stays. A director can"
        " change that under Certificates, The rule."
    )


class StandardTrack(Problem):
    """The track of all certificates is written with the rule for certificates."""

    status = 409
    sentence = _l("A director sets what this track asks for, under Certificates, The rule.")


class NobodyOnStandardTrack(Problem):
    """The track of all certificates asks the same of everybody: whoever were on it would keep an
    earlier version, and so an earlier rule."""

    status = 409
    sentence = _l("Nobody is put on this track: what it asks for holds for everybody.")


class VersionBeforeHers(Problem):
    """A version before that on which she began, which may ask less for a certificate."""

    field = "version"
    sentence = _l(
        "Certificates need this track, so nobody is moved to a version before the one on which they"
        " began."
    )


class CannotCertify(Problem):
    """A track that certificates cannot be made to need."""

    status = 409
    sentence = _l(
        "Only a published track that leads to the certificate of a course can be required."
    )


class AnotherCertifies(Problem):
    """The certificates of the course need another track already."""

    status = 409
    sentence = _l("The certificates of this course need another track already. End that first.")


class UnsoundTree(Problem):
    """Requirements that cannot be saved; its page says why, each beside its place."""

    sentence = _l("These requirements can't be saved yet. What is wrong stands beside each.")


class TrackNotADraft(Problem):
    """Only a draft can be written in."""

    sentence = _l("This version is no draft any more, so it cannot be changed.")


class TrackStepNotPossible(Problem):
    """The version is in another state by now."""

    sentence = _l("This version is in another state by now. Look at it again.")


class TrackDraftExists(Problem):
    """A track has one version at most that is not published."""

    sentence = _l("There is a version already that is not published yet.")


class NothingPublished(Problem):
    """Nobody can be enrolled on a track without a published version."""

    sentence = _l("Nobody can be enrolled before a version of this track is published.")


class PublishedMeanwhile(Problem):
    """Another version was published since people were shown who are to be put on a track."""

    sentence = _l("Another version was published meanwhile. Look at it, then confirm once more.")


class OneselfOnATrack(Problem):
    """Nobody enrols herself, moves herself or enters what she did."""

    status = 403
    sentence = _l("This is about yourself: somebody else must do it.")


class AlreadyEnrolled(Problem):
    """The person is on this track already."""

    sentence = _l("This person is on this track already.")


class MinorOnATrack(Problem):
    """Nobody under 18 is enrolled."""

    sentence = _l("Nobody under 18 is enrolled.")


class NothingOfMinors(Problem):
    """Nothing is entered about somebody who was found to be under 18."""

    sentence = _l("Nothing is entered about anybody under 18. What was entered before stays.")


class SameVersion(Problem):
    """The person is on this version already."""

    field = "version"
    sentence = _l("This person is on this version already. Choose another one.")


class DayToCome(Problem):
    """Nothing is entered that has not happened yet."""

    field = "day"
    sentence = _l("This day is still to come.")


class SupervisedByHerself(Problem):
    """Nobody sees or supervises what she did herself."""

    field = "seen_by"
    sentence = _l(
        "Whoever is chosen as having seen it is ticked as well. Somebody else must see it."
    )


class UnknownWitness(Problem):
    """An account that cannot be chosen as who saw it."""

    field = "seen_by"
    sentence = _l("Choose somebody from the list.")


class NothingEntered(Problem):
    """A grid in which nothing is ticked."""

    sentence = _l("Nobody is ticked yet.")


class NotEntered(Problem):
    """A requirement for which nothing is entered by hand."""

    field = "requirement"
    sentence = _l("Choose a requirement from the list.")


class AlreadyWithdrawn(Problem):
    """A fact that was withdrawn already."""

    sentence = _l("This was withdrawn already.")


class WrongEnd(Problem):
    """A role ends on a day from its first one to today."""

    field = "until"
    sentence = _l("The last day lies between the first one and today.")


class TooManyItems(Problem):
    """A checklist that does not fit on its page."""

    sentence = _l("A checklist has at most 20 lines, so that it fits on one page.")


class ChecklistChanged(Problem):
    """Somebody is on another version by now, whose checklist is another."""

    sentence = _l("The checklist is another by now. Look at it again.")


class VisitThere(Problem):
    """The same visit is there already."""

    field = "day"
    sentence = _l("This visit is entered already: the same occasion, day and supervisor.")


class NextTooEarly(Problem):
    """The next visit comes after this one."""

    field = "next_on"
    sentence = _l("The next visit comes after this one.")


class UnknownPlace(Problem):
    """A station or venue that is not there."""

    field = "place"
    sentence = _l("Choose a place from the list.")
