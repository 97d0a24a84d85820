"""Each catalogue says everything that the source says, with the same placeholders."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
SAID_WITHIN = re.compile(r"""f["'].*\{[^}]*\b(_|_l|N_|n?gettext)\(["']""")
CATALOGUES = {"sw": ROOT / "translations/sw/LC_MESSAGES/messages.po"}
# What must come through a translation untouched: placeholders, percent signs, markup.
UNTOUCHED = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}|</?\w[^>]*>|&\w+;")


@pytest.fixture(scope="module", params=sorted(CATALOGUES))
def catalogue(request):
    with CATALOGUES[request.param].open("rb") as lines:
        return read_po(lines, locale=request.param, abort_invalid=True)


def test_the_source_is_read_whole(source):
    files = {Path(name).parts[0] for name in source.values()}
    assert files == {"kash", "templates"}
    assert len(source) > 1000


def test_nothing_is_said_within_a_string_that_is_filled_in():
    """Babel reads no call within an f-string before Python 3.12, which then stays in English."""
    within = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / "kash").rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if SAID_WITHIN.search(line)
    ]
    assert within == []


def pairs(entry: Message) -> Iterator[tuple[str, str]]:
    """Each text of a message beside its translation: one, or one for one and one for many."""
    if isinstance(entry.id, str):
        yield entry.id, str(entry.string or "")
    else:
        yield from zip(entry.id, entry.string, strict=True)


def test_each_message_is_translated(source, catalogue):
    missing = [
        f"{file_name}: {message}"
        for message, file_name in sorted(source.items())
        if not (
            (entry := catalogue.get(message)) and all(said.strip() for _text, said in pairs(entry))
        )
    ]
    assert missing == []


def test_placeholders_and_markup_are_the_same(catalogue):
    differing = [
        (text, said)
        for entry in catalogue
        if entry.id
        for text, said in pairs(entry)
        if said and sorted(UNTOUCHED.findall(text)) != sorted(UNTOUCHED.findall(said))
    ]
    assert differing == []


def test_the_ends_of_messages_agree(catalogue):
    """A question stays a question, and what is set without a full stop stays so."""
    differing = [
        (text, said)
        for entry in catalogue
        if entry.id
        for text, said in pairs(entry)
        if said and _end(text) != _end(said)
    ]
    assert differing == []


def test_nothing_is_fuzzy(catalogue):
    assert not catalogue.fuzzy
    assert [entry.id for entry in catalogue if entry.fuzzy] == []


def test_what_nobody_has_read_says_so(catalogue):
    """The notice in the catalogue goes when a reader is named in the list, and not before."""
    reviewed = (ROOT / "translations/REVIEWED.md").read_text(encoding="utf-8")
    unread = "Kiswahili: not yet read by a speaker" in reviewed
    assert ("NOT YET BEEN READ BY A SPEAKER" in catalogue.header_comment) == unread


def test_it_compiles(catalogue, tmp_path):
    with (tmp_path / "messages.mo").open("wb") as compiled:
        write_mo(compiled, catalogue)
    assert (tmp_path / "messages.mo").stat().st_size > 0
    assert list(catalogue.check()) == []


# In these files stands all that is said in a language that only reports are filed in.
REPORTS = re.compile(
    r"incidents/(filing\w*|help|receipt|paper/filing)\.html|"
    r"incidents/(filing_words|forms/filing|views/filing|services/filing|documents/filing)\.py|"
    r"incidents/(receipt_words|forms/receipts|views/receipts|services/(receipts|quota))\.py"
)


def test_all_of_filing_is_said_in_dholuo(source):
    with (ROOT / "translations/luo/LC_MESSAGES/messages.po").open("rb") as lines:
        luo = read_po(lines, locale="luo", abort_invalid=True)
    missing = [
        message
        for message, file_name in sorted(source.items())
        if REPORTS.search(file_name) and not ((entry := luo.get(message)) and entry.string)
    ]
    assert missing == []
    assert "NOT YET READ BY A SPEAKER" in luo.header_comment
    differing = [
        entry.id
        for entry in luo
        if entry.id
        and sorted(UNTOUCHED.findall(str(entry.id))) != sorted(UNTOUCHED.findall(str(entry.string)))
    ]
    assert differing == []
    assert [entry.id for entry in luo if entry.id and entry.id not in source] == []


def _end(text: str) -> str:
    """The closing mark of a message and the line breaks after it."""
    found = re.search(r"[.?!:…]?\n*\Z", text)
    return found.group() if found else ""
