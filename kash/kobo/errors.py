"""Obstacles in the way of a form, in sentences for whoever asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.connections.fetching import (
    AnotherHost,
    AnswerTooLarge,
    FetchFailed,
    NotAnswered,
    NotReached,
)
from kash.kobo.rules import marks, paging, rows
from kash.platform.web.errors import Problem


class CannotFetch(Problem):
    """The rows of a form did not come."""

    sentence = _l("The other server did not answer as it should. Nothing was brought in.")


class FormKnown(Problem):
    """The form is brought in already."""

    field = "asset"
    status = 422
    sentence = _l("This form of that server is here already.")


class ListWaits(Problem):
    """A list of this form still waits to be confirmed."""

    sentence = _l(
        "A list of this form waits to be confirmed or thrown away. Rows are fetched after that."
    )


class BeingFetched(Problem):
    """Somebody else has the rows of this form fetched now."""

    sentence = _l("Somebody else has these rows fetched now. Look again in a few minutes.")


class NobodyToMark(Problem):
    """A workshop without a session, or without anybody on its register."""

    sentence = _l("This workshop has no session yet, or nobody is on its register.")


class NotRunning(Problem):
    """The workshop is run by others, or by nobody any more."""

    sentence = _l("Marks of a workshop are brought in by whoever runs it.")


class OtherFile(Problem):
    """A file that holds no attendance."""

    status = 422
    field = "file"
    sentence = _l(
        "No row of this file names a session. Bring the export of the form that is downloaded here,"
        " with XML values and headers in place of labels. Nothing was kept."
    )


class MarksChanged(Problem):
    """Marks stand otherwise than they were shown."""

    sentence = _l(
        "Rows came, or somebody marked the register, since this was shown. Nothing was saved: look"
        " at it again."
    )


class NothingToTake(Problem):
    """Nothing waits to be taken over or left out."""

    sentence = _l("Nothing waits here. Nothing was saved.")


class QuestionsGone(Problem):
    """Questions that were answered before are in no row any more."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        told = ", ".join(names[:8])
        super().__init__(
            _(
                "These questions were answered before and are in no row now: %(names)s. Was the"
                " form changed? Nothing was brought in.",
                names=told,
            )
        )


class NoName(Problem):
    """No question of the form is a name."""

    sentence = _l(
        "No question of this form asks for a name. Use the form that is downloaded here, or call"
        " the question “name”."
    )


def refused(status: int) -> CannotFetch:
    """Sentence for an answer that holds no rows, by its status."""
    if status in (401, 403):
        return CannotFetch(_("The server does not know this connection's token, or not any more."))
    if status == 404:
        return CannotFetch(_("There is no such form on the server, or the token may not see it."))
    if status == 429:
        return CannotFetch(_("The server is asked too often. Try again in an hour."))
    return CannotFetch(
        _("The server answered with an error (%(status)s). Nothing was brought in.", status=status)
    )


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what goes wrong while rows are fetched into a sentence."""
    try:
        yield
    except NotReached:
        raise CannotFetch(_("The server cannot be reached. Nothing was brought in.")) from None
    except AnswerTooLarge:
        raise CannotFetch(_("The answer is far larger than rows are. Nothing was read.")) from None
    except NotAnswered:
        raise CannotFetch(
            _("The server stopped in the middle of its answer. Nothing was brought in.")
        ) from None
    except (AnotherHost, paging.LeadsElsewhere):
        raise CannotFetch(
            _("The answer leads to another server, where nothing is asked for.")
        ) from None
    except FetchFailed:
        raise CannotFetch from None
    except paging.NoPage:
        raise CannotFetch(
            _("The answer holds no rows of a form. Nothing was brought in.")
        ) from None
    except paging.PageRepeats:
        raise CannotFetch(
            _("The server gives the same page over and over. Nothing was brought in.")
        ) from None
    except paging.FormTooLong:
        raise CannotFetch(
            _("This form has more rows than a list may hold. Nothing was brought in.")
        ) from None
    except paging.RowsMissing as missing:
        raise CannotFetch(
            _(
                "Rows that came: %(came)s. Rows that the server says there are: %(said)s. Nothing"
                " was brought in; try again.",
                came=missing.came,
                said=missing.said,
            )
        ) from None
    except rows.SeveralInOne:
        raise CannotFetch(
            _(
                "A submission of this form holds several people. Let one submission be one person;"
                " the form that is downloaded here is made so."
            )
        ) from None
    except marks.NoAttendance:
        raise CannotFetch(
            _(
                "No row names a session, so this is not the form of attendance that is downloaded"
                " here. Nothing was brought in."
            )
        ) from None
    except marks.TooManySubmissions:
        raise CannotFetch(
            _(
                "This form has more submissions than a workshop has sessions. Nothing was brought"
                " in."
            )
        ) from None
    except rows.ColumnsGone as gone:
        raise QuestionsGone(gone.names) from None
