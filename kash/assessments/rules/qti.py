"""Question banks as IMS QTI 3 packages: one item a question, in one language."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from kash.assessments.rules.bank import BankQuestion, placed_letter
from kash.assessments.rules.scoring import KNOWLEDGE, SCALE_POINTS, QuestionKind

_ITEM = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
_PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_TEMPLATES = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/"
# The same bank makes the same file, whenever it is written.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def written_package(
    questions: Sequence[BankQuestion], words: tuple[str, str], scale: Sequence[str]
) -> bytes:
    """A package as a zip file; `words` are those for true and false, `scale` those of a scale's
    points, the lowest first."""
    manifest = Element("manifest", {"xmlns": _PACKAGE, "identifier": "bank"})
    about = SubElement(manifest, "metadata")
    SubElement(about, "schema").text = "QTI Package"
    SubElement(about, "schemaversion").text = "3.0.0"
    SubElement(manifest, "organizations")
    resources = SubElement(manifest, "resources")
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as package:
        for number, question in enumerate(questions, start=1):
            name = f"items/question-{number:03d}.xml"
            resource = SubElement(
                resources,
                "resource",
                identifier=f"question-{number:03d}",
                type="imsqti_item_xmlv3p0",
                href=name,
            )
            SubElement(resource, "file", href=name)
            _put(package, name, _item(number, question, words, scale))
        _put(package, "imsmanifest.xml", manifest)
    return file.getvalue()


def _put(package: ZipFile, name: str, root: Element) -> None:
    entry = ZipInfo(name, _MOMENT)
    entry.compress_type = ZIP_DEFLATED
    package.writestr(entry, tostring(root, encoding="utf-8", xml_declaration=True))


def _item(
    number: int, question: BankQuestion, words: tuple[str, str], scale: Sequence[str]
) -> Element:
    item = Element(
        "qti-assessment-item",
        {
            "xmlns": _ITEM,
            "identifier": question.lineage or f"question-{number:03d}",
            "title": f"{number}",
            "xml:lang": question.language,
            "adaptive": "false",
            "time-dependent": "false",
        },
    )
    knowledge = question.kind in KNOWLEDGE
    several = question.kind is QuestionKind.MULTIPLE
    declared = SubElement(
        item,
        "qti-response-declaration",
        {
            "identifier": "RESPONSE",
            "cardinality": "multiple" if several else "single",
            "base-type": "string" if question.kind is QuestionKind.SHORT_TEXT else "identifier",
        },
    )
    if knowledge:
        correct = SubElement(declared, "qti-correct-response")
        for key in question.keys:
            if key in question.right:
                SubElement(correct, "qti-value").text = key
    if several:
        share = 1.0 / (len(question.right) or 1)
        mapping = SubElement(
            declared, "qti-mapping", {"lower-bound": "0", "default-value": f"{-share:.5f}"}
        )
        for key in sorted(question.right):
            entry = {"map-key": key, "mapped-value": f"{share:.5f}"}
            SubElement(mapping, "qti-map-entry", entry)
    SubElement(
        item,
        "qti-outcome-declaration",
        {"identifier": "SCORE", "cardinality": "single", "base-type": "float"},
    )
    _body(SubElement(item, "qti-item-body"), question, words, scale)
    if knowledge:
        template = "map_response" if several else "match_correct"
        SubElement(item, "qti-response-processing", template=f"{_TEMPLATES}{template}.xml")
    return item


def _body(
    body: Element, question: BankQuestion, words: tuple[str, str], scale: Sequence[str]
) -> None:
    if question.kind is QuestionKind.SHORT_TEXT:
        asked = SubElement(
            body, "qti-extended-text-interaction", {"response-identifier": "RESPONSE"}
        )
        SubElement(asked, "qti-prompt").text = question.text
        return
    most = "0" if question.kind is QuestionKind.MULTIPLE else "1"
    given: dict[str, Any] = {"response-identifier": "RESPONSE", "max-choices": most}
    asked = SubElement(body, "qti-choice-interaction", given)
    SubElement(asked, "qti-prompt").text = question.text
    for key, text in _choices(question, words, scale):
        SubElement(asked, "qti-simple-choice", identifier=key).text = text


def _choices(
    question: BankQuestion, words: tuple[str, str], scale: Sequence[str]
) -> list[tuple[str, str]]:
    if question.kind is QuestionKind.TRUE_FALSE:
        return list(zip(question.keys, words, strict=True))
    if question.kind is QuestionKind.SCALE:
        # An identifier begins with a letter.
        return [(f"p{point}", scale[point - 1]) for point in range(1, SCALE_POINTS + 1)]
    return [
        (option.key, option.texts.get(question.language, "") or placed_letter(at))
        for at, option in enumerate(question.options)
    ]
