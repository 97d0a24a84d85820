"""The pages that come only when something was typed and pressed, as they are declared."""

from collections import Counter

from kash.policy import NOBODY, Actor
from tests.sample import Sample
from tests.tools.pictures.test_addresses import loaded
from tools.pictures.acts import Go, Press
from tools.pictures.addresses import Addresses, Prepared
from tools.pictures.answers import answers


def _pages(sample: Sample, key: str, actor: Actor) -> dict[tuple[str, str], str]:
    with sample.app.test_request_context():
        addresses = Addresses(loaded(), Prepared(*["0" * 16] * 9))
        found = addresses.pages(sample.app, key, actor)
        return {(page.endpoint, page.variant): page.url for page in found}


def test_each_begins_on_a_page_of_its_account_and_ends_with_a_press(sample):
    with sample.app.app_context():
        declared = answers("a password", loaded().workshops[-2])
        actors = {"visitor": NOBODY, **loaded().actors}
        pages = {key: _pages(sample, key, actor) for key, actor in actors.items()}
    strays = [
        (each.key, each.endpoint, each.variant)
        for each in declared
        if (each.endpoint, each.variant) not in pages[each.key]
    ]
    assert strays == []
    endings = (Press, Go)
    assert [
        each.called
        for each in declared
        if each.paper is None and not isinstance(each.acts[-1], endings)
    ] == []
    names = Counter((each.key, each.endpoint, each.variant, each.called) for each in declared)
    assert [name for name, count in names.items() if count > 1] == []
