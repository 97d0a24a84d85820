"""Words that the source alone knows: those that calls are told, and every other word with dots.

A name that stands for a word is looked up in its module, so that it doesn't matter where a word is
written or how it is called there.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from tools.house.modules import Module, modules_below

# The samples store what other rooms declare, and a command's own module runs as it is loaded.
_LEFT_OUT = re.compile(r"kash\.demo\b|.*\.__main__$")
_SEALING = {"seal", "seal_file", "seal_bytes", "seal_chunks", "open_sealed", "open_text"}
_SEALING |= {"open_file", "open_bytes", "open_chunks", "rotate", "lookup"}
_DERIVING = {"length_prefixed", "derived", "_derived"}
_ACTION = re.compile(r"[a-z_{}]+(?:\.[a-z_{}]+)+")
_WITH_DOTS = re.compile(r"[a-z][a-z0-9_]*(?:[.:][a-z0-9_]+)+")
_ON_PAPER = re.compile(
    r"kash\..*|(?:office|style|table|text|xml|about):.*"
    r"|.*\.(?:css|csv|html|ics|jpg|js|json|jwt|lock|pdf|png|py|sqlite3|svg|txt|wav|xlsx|xml|zip)"
)
_KEY = re.compile(r"[a-z][a-z_-]*(?:/[a-z_-]+)*/\{.*(?<!\.html)")


def stored_words(root: Path) -> Iterator[tuple[str, str]]:
    """Each word with its sort: those that calls are told, shapes of keys in the file store, and
    words with dots of any use, sort "other"."""
    for module in modules_below(root, "kash"):
        name = module.name.removesuffix(".__init__")
        if not _LEFT_OUT.match(name):
            importlib.import_module(name)
            yield from _words_of(module, sys.modules[name])


def _words_of(module: Module, loaded: ModuleType) -> Iterator[tuple[str, str]]:
    names = vars(loaded)
    docstrings = {id(text) for _, text in module.documented}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield from _told(node, names)
        elif isinstance(node, ast.JoinedStr):
            if _KEY.fullmatch(shape := _value(node, names)):
                yield "key", shape
        elif isinstance(node, ast.Constant) and id(node) not in docstrings:
            if isinstance(node.value, bytes) and node.value.startswith(b"kash"):
                yield "derived", ascii(node.value)[2:-1]
            elif _is_other(word := _text(node, "value")):
                yield "other", word


def _is_other(word: str) -> bool:
    return bool(_WITH_DOTS.fullmatch(word)) and not _ON_PAPER.fullmatch(word)


def _told(call: ast.Call, names: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else _text(call.func, "id")
    if called in _DERIVING or called == "get_logger":
        sort = "logger" if called == "get_logger" else "derived"
        yield from ((sort, word) for arg in call.args if (word := _text(arg, "value")))
        return
    function = _looked_up(call.func, names)
    if not (inspect.isfunction(function) or inspect.isclass(function)):
        return
    place = function.__module__
    if not place.startswith("kash."):
        return
    told = {one.arg: one.value for one in call.keywords}
    told |= dict(zip(_parameters(function), call.args, strict=False))  # type: ignore[arg-type]
    if "action" in told and _ACTION.fullmatch(action := _value(told["action"], names)):
        yield "action", action
    if "kind" in told and (called in _SEALING or ".vault." in place):
        yield "sealed", _value(told["kind"], names)
    elif "kind" in told and called == "enqueue":
        yield "job", _value(told["kind"], names)


@cache
def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(function).parameters)
    except ValueError:  # of an exception, which says none
        return ()


def _text(node: ast.AST, field: str) -> str:
    text = getattr(node, field, "")
    return text if isinstance(text, str) else ""


def _looked_up(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """The value of a name, or of a name after names; None where it is known at run time only."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        try:
            return getattr(_looked_up(node.value, names), node.attr, None)
        except RuntimeError:  # of a request, of which there is none
            return None
    return node.value if isinstance(node, ast.Constant) else None


def _value(node: ast.expr, names: Mapping[str, Any]) -> str:
    """A text, with `{}` for the parts that are known at run time only; empty if all of it is."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_value(part, names) or "{}" for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return _value(node.value, names)
    value = _looked_up(node, names)
    return str(value) if isinstance(value, str) else ""
