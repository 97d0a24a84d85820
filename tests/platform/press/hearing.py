"""What two programs that are not ours hear of a PDF: `pdfua` and `outloud`."""

import tempfile
from pathlib import Path

import outloud
import pdfua


def faults(pdf: bytes) -> list[str]:
    """What breaks PDF/UA-1, or keeps a paper from being read aloud; a rule that could not be
    tried counts as broken."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        return [*_by_pdfua(Path(file.name)), *_by_outloud(Path(file.name))]


def _by_pdfua(path: Path) -> list[str]:
    report = pdfua.validate(str(path))
    untried = [
        one.rule_id
        for one in report.outcomes
        # Its rule on empty headings fails of itself over a heading in several pieces; outloud's
        # on empty elements takes its place.
        if one.skipped_reason and one.rule_id != "UA-14-001"
    ]
    return [
        *(f"pdfua {one.rule_id}: {one.message}" for one in report.findings),
        *(f"pdfua {rule} was not tried" for rule in untried),
    ]


def _by_outloud(path: Path) -> list[str]:
    result = outloud.check(str(path))
    untried = [one.rule for one in result.runs if one.status == "crashed"]
    return [
        *([f"outloud: {result.error}"] if result.error else []),
        *(
            f"outloud {one.rule}: {one.message} ({one.evidence})"
            for one in result.findings
            if one.severity == "error" or one.rule == "TAG-020"
        ),
        *(f"outloud {rule} was not tried" for rule in untried),
    ]
