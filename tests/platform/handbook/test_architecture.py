"""The pages for maintainers stay short, and name nothing that is not there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DECISIONS = ROOT / "docs/decisions"
FOLDERS = "kash|tests|docs|templates|static|translations|migrations|benchmarks|tools|deploy"
# A name with a star or angle brackets stands for several files.
NAMED = re.compile(rf"`((?:{FOLDERS})/[\w./-]*)`")
PAGES = [
    ROOT / "docs/architecture.md",
    *sorted(DECISIONS.glob("*.md")),
    *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY", "CHANGELOG")),
]


def test_the_architecture_is_read_in_ten_minutes():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert len(text.split()) <= 1_600
    assert [line for line in text.splitlines() if len(line) > 350] == []


def test_the_decisions_are_read_in_an_hour():
    pages = {path.name: path.read_text(encoding="utf-8") for path in DECISIONS.glob("*.md")}
    assert len(pages) <= 30
    assert sum(len(text.split()) for text in pages.values()) <= 14_000
    lines = [(name, line) for name, text in pages.items() for line in text.splitlines()]
    assert [line for line in lines if len(line[1]) > 350] == []


def test_every_file_that_the_pages_for_maintainers_name_is_there():
    named = {
        (page.name, path)
        for page in PAGES
        for path in NAMED.findall(page.read_text(encoding="utf-8"))
    }
    assert any(page == "architecture.md" for page, _path in named)
    assert {one for one in named if not (ROOT / one[1]).exists()} == set()


def test_every_page_that_the_pages_for_maintainers_link_to_is_there():
    linked = {
        (page, target)
        for page in PAGES
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    }
    assert {one for one in linked if not (one[0].parent / one[1]).exists()} == set()


def test_every_decision_has_its_number_its_title_and_its_line_in_the_list():
    records = sorted(DECISIONS.glob("[0-9]*.md"))
    listed = re.findall(
        r"^- \[(.+)\]\((.+\.md)\): .+\.$",
        (DECISIONS / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    titles = {
        record.read_text(encoding="utf-8").splitlines()[0][2:]: record.name for record in records
    }
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    assert sorted(listed) == sorted(titles.items())
    assert all(title.startswith(f"{int(name[:4])}. ") for title, name in titles.items())
