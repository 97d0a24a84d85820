"""Whoever goes past the door of another feature is named, and whoever may go there is not."""

from grimp import ImportGraph

from tools.house.doors import DoorContract


def _graph(*imports: tuple[str, str]) -> ImportGraph:
    graph = ImportGraph()
    for name in ("kash", "kash.people", "kash.forums", "kash.demo"):
        graph.add_module(name)
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported)
    return graph


def _past(graph: ImportGraph) -> list[tuple[str, str]]:
    contract = DoorContract(
        name="Doors",
        session_options={"root_packages": ["kash"]},
        contract_options={"package": "kash", "closed": ["views"], "guests": ["kash.demo"]},
    )
    check = contract.check(graph, verbose=False)
    past: list[tuple[str, str]] = check.metadata["past"]
    assert check.kept is not bool(past)
    return past


def test_pages_of_another_feature_are_behind_its_door():
    graph = _graph(
        ("kash.forums.views.minutes", "kash.people.views"),
        ("kash.forums.services", "kash.people.views.persons"),
        ("kash.forums.services", "kash.people.services.persons"),
    )
    for package in ("kash.people.views", "kash.people.services", "kash.forums.views"):
        graph.add_module(package)
    assert _past(graph) == [
        ("kash.forums.services", "kash.people.views.persons"),
        ("kash.forums.views.minutes", "kash.people.views"),
    ]


def test_a_feature_and_its_guests_enter_its_own_rooms():
    graph = _graph(
        ("kash.people.feature", "kash.people.views"), ("kash.demo.papers", "kash.people.views")
    )
    assert _past(graph) == []
