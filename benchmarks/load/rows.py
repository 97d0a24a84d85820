"""Many rows at once, under keys chosen beforehand."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from kash.platform.database import Base, db

_AT_ONCE = 5_000
_MOST_WAITING = 100_000


class Rows:
    """Gathers rows by table and writes them in large statements, in the order of the tables."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._waiting: dict[type[Base], list[dict[str, Any]]] = {}
        self._keys: Counter[type[Base]] = Counter()

    def add(self, model: type[Base], **values: Any) -> int:
        """Gather a row that has a key of its own; returns the key."""
        self._keys[model] += 1
        key = self._keys[model]
        self._waiting.setdefault(model, []).append({"id": key} | values)
        return key

    def add_keyless(self, model: type[Base], **values: Any) -> None:
        """Gather a row whose key is made of its values."""
        self._waiting.setdefault(model, []).append(values)

    def write_if_many(self) -> None:
        """Write what was gathered once it is much, so that a large programme fits into memory."""
        if sum(map(len, self._waiting.values())) > _MOST_WAITING:
            self.write()

    def write(self) -> None:
        """Write all that was gathered, parents before children."""
        position = {table: place for place, table in enumerate(db.metadata.sorted_tables)}
        for model in sorted(self._waiting, key=lambda model: position[model.__table__]):  # type: ignore[index]
            # One statement's rows all have the same columns.
            alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
            for row in self._waiting[model]:
                alike.setdefault(tuple(row), []).append(row)
            for rows in alike.values():
                for start in range(0, len(rows), _AT_ONCE):
                    self.session.execute(insert(model.__table__), rows[start : start + _AT_ONCE])  # type: ignore[arg-type]
        self._waiting.clear()

    def let_keys_follow(self) -> None:
        """Have PostgreSQL give keys after the ones that were chosen here."""
        if self.session.get_bind().dialect.name != "postgresql":
            return
        for model in self._keys:
            table = model.__tablename__
            last = self.session.scalar(select(func.max(model.__table__.c.id)))
            self.session.execute(
                text(f"select setval(pg_get_serial_sequence('{table}', 'id'), :last)"),
                {"last": last},
            )
