"""The words of consent: every version stays as it was read out."""

import hashlib
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from kash.incidents import consent_texts
from kash.incidents.consent_texts import DIGESTS, TEXTS, VERSION, VERSIONS, text_of, words_of
from kash.incidents.names import PURPOSE_NAMES
from kash.incidents.rules.consents import PURPOSES
from kash.policy import GRANTS, Role

FOLDER = Path(consent_texts.__file__).with_name("consent_words")


def test_every_version_that_was_read_out_is_kept_word_for_word():
    files = sorted(FOLDER.glob("*.toml"))
    assert [file.stem for file in files] == list(DIGESTS) == list(VERSIONS)
    for file in files:
        assert hashlib.sha256(file.read_bytes()).hexdigest() == DIGESTS[file.stem]
    # What answers were given in before is known here by itself, so that nobody corrects both.
    assert DIGESTS["2026-1"].startswith("33d2e379adfc7246")


@pytest.mark.parametrize("version", list(DIGESTS))
def test_a_word_that_is_changed_without_a_new_version_stops_the_start(version):
    content = (FOLDER / f"{version}.toml").read_bytes()
    assert words_of(version, content) == VERSIONS[version]
    for changed in (content + b" ", content.replace(b"a", b"e", 1), b""):
        with pytest.raises(ValueError, match="were changed"):
            words_of(version, changed)


def test_what_is_read_out_now_is_there_in_every_language_and_for_every_purpose():
    assert list(DIGESTS)[-1] == VERSION
    assert list(TEXTS) == list(PURPOSES) == list(PURPOSE_NAMES)
    assert set(VERSIONS[VERSION]) == {"en", "sw", "luo"}
    for language, purposes in VERSIONS[VERSION].items():
        assert list(purposes) == list(PURPOSES)
        for purpose, said in purposes.items():
            text = text_of(purpose, VERSION, language)
            assert text is not None
            assert (str(text.title), str(text.words)) == (said["title"], said["words"])
            assert min(len(said[part]) for part in ("title", "words")) >= 5
    spoken = [str(purposes) for purposes in VERSIONS[VERSION].values()]
    assert len(set(spoken)) == 3


def test_an_old_answer_can_be_read_in_the_words_in_which_it_was_given():
    old = text_of("court", "2026-1", "sw")
    assert old is not None
    assert str(old.words).startswith("Programu inaweza kumpa wakili")
    # In a language that it was not read out in, in English.
    spoken = text_of("court", "2026-1", "luo")
    assert spoken is not None
    assert str(spoken.words).startswith("The programme may give a lawyer")
    assert text_of("health", "2026-1") is None
    assert text_of("court", "1999-1") is None


@pytest.mark.parametrize("language", ["en", "sw", "luo"])
def test_the_words_promise_no_more_than_the_odds(language):
    said = VERSIONS[VERSION][language]
    # 2.62 to one half and 6.9 to one half, as percentages.
    assert re.findall(r"(\d+)\s%", said["forum_totals"]["small_print"]) == ["50", "73", "88"]
    assert not re.search(r"\d", said["forum_totals"]["words"])
    assert (2.62 / 3.62 < 0.73, 6.9 / 7.9 < 0.88) == (True, True)
    assert "Nobody can tell" not in str(said)
    assert "again before" not in str(said)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ("document cases", "director", "custodian")),
        ("sw", ("Wanaoandika kesi", "mkurugenzi", "Mtunza taarifa")),
        ("luo", ("mandiko weche", "jatend chenro", "Jarit weche")),
    ],
)
def test_whoever_agrees_that_it_is_kept_is_told_of_everybody_who_can_read_it(language, names):
    readers = {Role.DOCUMENTATION, Role.DIRECTOR, Role.CUSTODIAN}
    assert set(GRANTS["incidents.see"]) == readers
    words = VERSIONS[VERSION][language]["record"]["words"]
    assert [one for one in names if one not in words] == []


def test_the_words_are_nowhere_else():
    catalogue = Path(consent_texts.__file__).parents[2] / "translations/sw/LC_MESSAGES/messages.po"
    known = {str(one.id) for one in read_po(catalogue.open("rb"), locale="sw")}
    said = {str(text.words) for text in TEXTS.values()}
    assert known.isdisjoint(said)
