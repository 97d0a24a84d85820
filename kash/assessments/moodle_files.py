"""Questions of Moodle's files: the caller's side of the confined child that reads them."""

from __future__ import annotations

from kash.assessments.rules.bank import ReadBank, UnreadableBank, bank_told
from kash.platform.cleaning import CleaningLimits, turn
from kash.platform.confinement import NoAnswer, answer_of, ended, in_memory, start

_CHILD = "kash.assessments.moodle_child"
_LIMITS = CleaningLimits(seconds=30)
_MOST_ANSWERED = 16 * 1024 * 1024


def read_moodle(content: bytes, language: str) -> ReadBank:
    """The questions of a file. Texts without a language are in `language`.

    Raises UnreadableBank and CleaningBusy.
    """
    with turn(), in_memory([content]) as descriptor:
        arguments = (_LIMITS.megabytes, _LIMITS.seconds, descriptor, language)
        try:
            child = start(_CHILD, arguments, descriptors=[descriptor])
        except NoAnswer:
            raise UnreadableBank("xml") from None
        try:
            answer = b"".join(answer_of(child, _LIMITS.seconds, _MOST_ANSWERED))
        except NoAnswer:
            raise UnreadableBank("xml") from None
        finally:
            ended(child)
    return bank_told(answer)
