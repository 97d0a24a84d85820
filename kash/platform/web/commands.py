"""Commands of services, filled from forms; and the problems that stand in their way, shown beside
their fields or in a line on the next page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, fields
from types import NoneType, TracebackType, UnionType
from typing import (
    Any,
    Generic,
    Self,
    TypeGuard,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    overload,
)

from flask import flash
from flask_babel import gettext as _

from kash.platform.web.errors import Problem

Command = TypeVar("Command")
Caught = TypeVar("Caught", bound=Exception)
Kinds = type[Exception] | tuple[type[Exception], ...]


def filled(kind: type[Command], entered: Mapping[str, Any], given: Mapping[str, Any]) -> Command:
    """A dataclass filled from what was entered under the names of its fields.

    `given` goes before what was entered; what neither has keeps its default. What was left empty is
    as the field's type says: "" for text, None where there may be nothing, false, or none at all.
    Raises ValueError if a value is missing that the dataclass cannot do without.
    """
    values = dict(given)
    for field, hint in _fields_of(kind):
        if field.name not in values and field.name in entered:
            values[field.name] = _fitting(
                f"{kind.__name__}.{field.name}", hint, entered[field.name]
            )
    return kind(**values)


def _fields_of(kind: type[Any]) -> list[tuple[Field[Any], Any]]:
    hints = get_type_hints(kind)
    return [(field, hints[field.name]) for field in fields(kind) if field.init]


def _fitting(name: str, hint: Any, value: Any) -> Any:
    if get_origin(hint) is tuple:
        return tuple(value or ())
    if value not in (None, ""):
        return value
    if _may_be_nothing(hint):
        return None
    if hint is str:
        return ""
    if hint is bool:
        return False
    if get_origin(hint) is not None:
        return ()
    raise ValueError(f"{name} is empty though its form is valid")


def _may_be_nothing(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint)


class ShownProblems:
    """A block in which a service is called: a problem that belongs to the form is shown in it.

    Any other exception goes on. `show` is the form's. See `KashForm.showing_problems`.
    """

    def __init__(
        self,
        show: Callable[..., bool],
        whole: tuple[type[Exception], ...],
        beside: Mapping[str, Kinds],
    ) -> None:
        self.show = show
        self.whole = whole
        self.beside = beside

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _kind: object, problem: BaseException | None, _traceback: TracebackType | None
    ) -> bool:
        if not isinstance(problem, Exception):
            return False
        for name, kinds in self.beside.items():
            if isinstance(problem, kinds):
                return self.show(problem, name)
        if isinstance(problem, self.whole):
            return self.show(problem, "")
        return self.show(problem)


def _is_told(problem: BaseException | None, kinds: tuple[type[Caught], ...]) -> TypeGuard[Caught]:
    """True for a refusal without a class of its own, and for these kinds. What no page offers is a
    page of its own."""
    return (type(problem) is Problem and problem.status != 400) or isinstance(problem, kinds)


class CaughtProblem(Generic[Caught]):
    """A block in which something is done that no form asks for: a plain `Problem`, or one of these
    kinds, is kept, and what stands after the block tells it on a page.

        with CaughtProblem(NoSignature) as caught:
            services.withdraw_signature(current_actor())
            return redirect(url_for("certificates.signature"))
        return _signature_page(OnePictureForm(), caught.sentence)
    """

    # There is one once the block was left by it.
    problem: Caught

    @overload
    def __init__(self: CaughtProblem[Problem]) -> None: ...

    @overload
    def __init__(self, *kinds: type[Caught]) -> None: ...

    def __init__(self, *kinds: type[Caught]) -> None:
        self.kinds = kinds

    @property
    def sentence(self) -> str:
        """The problem's sentence."""
        return str(self.problem)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: object, problem: BaseException | None, _traceback: TracebackType | None
    ) -> bool:
        if not _is_told(problem, self.kinds):
            return False
        # Without its frames, which hold whatever was open, and this.
        self.problem = problem.with_traceback(None)
        return True


class FlashedProblems:
    """A block in which something is done by a button alone: a plain `Problem`, or one of these
    kinds, is told in a line on the next page, and what stands after the block goes on."""

    def __init__(self, *kinds: type[Exception], tone: str = "bad") -> None:
        self.kinds = kinds
        self.tone = tone

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _kind: object, problem: BaseException | None, _traceback: TracebackType | None
    ) -> bool:
        if not _is_told(problem, self.kinds):
            return False
        # Other exceptions hold the sentence as it stands in the catalogue.
        flash(str(problem) if isinstance(problem, Problem) else _(str(problem)), self.tone)
        return True
