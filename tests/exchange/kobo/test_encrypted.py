"""Encrypted submissions: what a phone encrypted opens, and nothing that was altered does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes

from kash.exchange.kobo.rules.forms import (
    Altered,
    EncryptedProblem,
    Manifest,
    OpenedFiles,
    OtherKey,
    PartMissing,
    new_private_key,
    open_submission,
    public_key_of,
    vectors,
)
from kash.exchange.kobo.submissions_child import (
    NotReadable,
    answers_of,
    parse,
    read_manifest,
    unpack,
)
from tests.exchange.kobo.phones import archive, submission

ANSWERS = (
    '<data id="report"><meta><instanceID>uuid:5b9cf8d1-106f-4004-844f-c072d76762ed</instanceID>'
    "</meta><what>Taken &amp; held</what><where><ward>Nyalenda</ward><street/></where></data>"
)
PHOTOS = [("one.jpg", b"\xff\xd8" * 40), ("two.jpg", b"")]


@pytest.fixture(scope="module")
def private() -> bytes:
    return new_private_key()


def _opened(files: dict[str, bytes], private: bytes) -> OpenedFiles:
    said = read_manifest(files["submission.xml"])
    manifest = Manifest(**{**said, "media": tuple(said["media"])})
    return open_submission(manifest, files, private)


@pytest.mark.parametrize("mask", [hashes.SHA1(), hashes.SHA256()], ids=["sha1", "sha256"])
@pytest.mark.parametrize("version", ["7", ""])
def test_what_a_phone_encrypted_opens_whichever_way_its_java_masks(
    private: bytes, mask: hashes.HashAlgorithm, version: str
) -> None:
    files = submission(public_key_of(private), ANSWERS, media=PHOTOS, version=version, mask=mask)
    opened = _opened(files, private)
    assert dict(opened.media) == dict(PHOTOS)
    assert answers_of(opened.answers) == {
        "instance": "uuid:5b9cf8d1-106f-4004-844f-c072d76762ed",
        "answers": [("what", "Taken & held"), ("ward", "Nyalenda")],
    }


def test_vectors_count_on_from_file_to_file_or_every_file_after_the_first_would_be_noise() -> None:
    following = vectors("uuid:1", bytes(32))
    first, second = following(), following()
    assert [at for at in range(16) if first[at] != second[at]] == [1]
    later = [following() for _ in range(15)]
    assert [at for at in range(16) if later[-1][at] != later[-2][at]] == [0]


def test_nothing_opens_that_was_encrypted_to_another_programme(private: bytes) -> None:
    files = submission(public_key_of(new_private_key()), ANSWERS)
    with pytest.raises(OtherKey):
        _opened(files, private)


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize("name", ["one.jpg.enc", "submission.xml.enc"])
def test_a_changed_file_is_never_filed_as_somebodys_words(private: bytes, name: str) -> None:
    files = submission(public_key_of(private), ANSWERS, media=PHOTOS)
    files[name] = _flipped(files[name], 3)
    with pytest.raises(EncryptedProblem):
        _opened(files, private)


def test_a_file_of_another_submission_under_the_same_name_is_noticed(private: bytes) -> None:
    mine = submission(public_key_of(private), ANSWERS, media=PHOTOS[:1])
    other = submission(public_key_of(private), ANSWERS, media=[("one.jpg", b"other")])
    with pytest.raises(Altered):
        _opened({**mine, "one.jpg.enc": other["one.jpg.enc"]}, private)


def test_a_manifest_that_names_a_missing_file_opens_nothing(private: bytes) -> None:
    files = submission(public_key_of(private), ANSWERS, media=PHOTOS)
    del files["two.jpg.enc"]
    with pytest.raises(PartMissing):
        _opened(files, private)


def test_an_unsigned_manifest_opens_nothing_as_anybody_could_have_put_it_together(
    private: bytes,
) -> None:
    files = submission(public_key_of(private), ANSWERS)
    manifest = files["submission.xml"].decode()
    start, end = "<base64EncryptedElementSignature>", "</base64EncryptedElementSignature>"
    before, rest = manifest.split(start)
    files["submission.xml"] = (before + rest.split(end)[1]).encode()
    with pytest.raises(Altered):
        _opened(files, private)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"<data/>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><data encrypted="yes">&a;</data>',
        b"<a>" * 30,
        b"<a>" + b"<b/>" * 3000 + b"</a>",
        b"<data>" + b"x" * 1_100_000 + b"</data>",
        b'<data encrypted="yes" id="x"><base64EncryptedKey>a</base64EncryptedKey></data>',
    ],
    ids=["empty", "text", "plain", "entities", "deep", "many", "large", "half"],
)
def test_what_is_no_manifest_is_refused_before_anything_is_expanded(content: bytes) -> None:
    with pytest.raises(NotReadable):
        read_manifest(content)


def test_the_manifest_of_the_specification_reads_as_it_stands_there() -> None:
    found = read_manifest(
        b'<data xmlns="http://opendatakit.org/submissions" id="mysurvey" encrypted="yes"'
        b' version="2014083101"><base64EncryptedKey>c2hl</base64EncryptedKey>'
        b"<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>"
        b"<media><file>myimage.jpg.enc</file></media><media><file>myaudio.mp3.enc</file></media>"
        b"<base64EncryptedElementSignature>T1U3</base64EncryptedElementSignature>"
        b'<meta xmlns="http://openrosa.org/xforms"><instanceID>uuid:5b</instanceID></meta></data>'
    )
    assert found == {
        "form_id": "mysurvey",
        "version": "2014083101",
        "instance_id": "uuid:5b",
        "encrypted_key": "c2hl",
        "answers": "submission.xml.enc",
        "media": ["myimage.jpg.enc", "myaudio.mp3.enc"],
        "signature": "T1U3",
    }


def test_a_prefix_of_a_namespace_is_not_part_of_a_name() -> None:
    root = parse(b'<h:data xmlns:h="urn:x"><h:a>1</h:a></h:data>')
    assert root.name == "data"
    assert root.inside[0].name == "a"


def test_an_archive_that_unpacks_to_more_than_it_says_or_to_nothing_is_refused() -> None:
    for content in (b"", b"PK", archive({}), archive({"a/other.txt": b"x"})):
        with pytest.raises(NotReadable):
            unpack(content)


def test_each_folder_of_an_archive_is_a_submission_and_half_a_one_stops_no_other(
    private: bytes,
) -> None:
    good = submission(public_key_of(private), ANSWERS)
    found = unpack(
        archive({**{f"b/{name}": one for name, one in good.items()}, "a/submission.xml": b"<x/>"})
    )
    assert [one["manifest"] is None for one in found] == [True, False]
    assert set(found[1]["files"]) == {"submission.xml.enc"}


def test_a_key_with_signs_that_no_phone_writes_opens_nothing(private: bytes) -> None:
    files = submission(public_key_of(private), ANSWERS)
    said = read_manifest(files["submission.xml"])
    manifest = Manifest(**{**said, "media": tuple(said["media"])})
    with pytest.raises(OtherKey):
        open_submission(
            replace(manifest, encrypted_key=f"!{manifest.encrypted_key}"), files, private
        )
