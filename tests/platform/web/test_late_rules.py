"""Rules write the same addresses as those that compiled what writes them at once."""

import pytest
from werkzeug.routing import BuildError, Map, Rule

from kash.platform.web.guard import LateRule

RULES = (
    ("/", "first"), ("/people/<name>", "one"), ("/people/<int:number>/<path:rest>", "many"),
)  # fmt: skip
ASKED: tuple[tuple[str, dict[str, object]], ...] = (
    ("first", {}), ("first", {"page": 2, "sort": "a b"}), ("one", {"name": "a/ü?"}),
    ("one", {"name": "a", "page": None, "more": "&"}), ("many", {"number": 7, "rest": "a/b c"}),
)  # fmt: skip


def _of(kind: type[Rule], **more: object) -> Map:
    return Map([kind(rule, endpoint=name, **more) for rule, name in RULES])  # type: ignore[arg-type]


@pytest.mark.parametrize("asked", ASKED)
def test_an_address_is_the_same_each_time(asked):
    late, early = (_of(kind).bind("localhost") for kind in (LateRule, Rule))
    for append_unknown in (True, False):
        wanted = early.build(*asked, append_unknown=append_unknown)
        for _time in ("first", "again"):
            assert late.build(*asked, append_unknown=append_unknown) == wanted


def test_each_rule_keeps_to_itself():
    late = _of(LateRule).bind("localhost")
    assert [late.build("one", {"name": name}) for name in "ab"] == ["/people/a", "/people/b"]
    assert late.build("many", {"number": 1, "rest": "c"}) == "/people/1/c"
    with pytest.raises(BuildError):
        late.build("one", {})


def test_nothing_is_compiled_before_it_is_wanted(monkeypatch):
    compiled: list[bool] = []
    compile_now = Rule._compile_builder

    def noting(rule: Rule, append_unknown: bool = True) -> object:
        compiled.append(append_unknown)
        return compile_now(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", noting)
    late = _of(LateRule).bind("localhost")
    assert compiled == []
    for _time in range(2):
        late.build("one", {"name": "a"}, append_unknown=False)
    assert compiled == [False]
