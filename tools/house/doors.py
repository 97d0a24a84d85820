"""Contract of import-linter: of another feature, nobody imports what is behind its door.

Pages, commands and the declaration of a feature are its own. Whatever else another feature needs of
them belongs into a room that is open: models, rules, queries, services, forms, documents, or a
module beside them.
"""

from __future__ import annotations

from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class DoorContract(Contract):
    """Rooms that none but their own feature enters.

    `features` are packages whose modules are features; `closed` are names of rooms. `guests` are
    modules that may go everywhere.
    """

    type_name = "door"

    package = fields.StringField()
    closed = fields.SetField(subfield=fields.StringField())
    guests = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Check that modules of its own feature and guests alone enter a closed room."""
        closed, guests = cast("set[str]", self.closed), cast("set[str]", self.guests)
        past = []
        features = {
            module.rpartition(".")[0]
            for module in graph.find_descendants(str(self.package))
            if module.endswith(".feature") and module.count(".") > 1
        } | graph.find_children(str(self.package))
        for feature in features:
            for room in graph.find_children(feature):
                if room.rpartition(".")[2] not in closed:
                    continue
                for module in {room} | graph.find_descendants(room):
                    past += [
                        (importer, module)
                        for importer in graph.find_modules_that_directly_import(module)
                        if _feature_of(importer, features) != feature
                        and not _is_within(importer, guests)
                    ]
        return ContractCheck(kept=not past, metadata={"past": sorted(past)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print who goes past which door."""
        for importer, module in check.metadata["past"]:
            output.print_error(f"{importer} imports {module}, which is behind a door.")


def _feature_of(module: str, features: set[str]) -> str:
    """The feature nearest to a module: one may lie in the folder of another."""
    return max((name for name in features if _is_within(module, {name})), key=len, default="")


def _is_within(module: str, packages: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in packages)
