"""The fingerprint's sections: each a mapping of names to what a user would see change."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages.pofile import read_po
from flask import Flask
from sqlalchemy import Engine, inspect, text

from kash.platform.operations.commands import operations
from kash.policy import GRANTS, declared_permission, needs_fresh_sign_in
from kash.settings import Settings

Section = dict[str, object]
Fingerprint = dict[str, Section]


def routes(app: Flask) -> Section:
    """By methods and address: the endpoint, its permission, and if it asks for the password."""
    found: Section = {}
    for rule in sorted(app.url_map.iter_rules(), key=str):
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        view = app.view_functions[rule.endpoint]
        found[f"{methods} {rule.rule}"] = {
            "endpoint": rule.endpoint,
            "permission": declared_permission(view),
            "fresh": needs_fresh_sign_in(view),
        }
    return found


def grants() -> Section:
    """By role and permission: how far it reaches."""
    return {
        f"{role} {permission}": str(reach)
        for permission, roles in GRANTS.items()
        for role, reach in roles.items()
    }


def messages(folder: Path) -> Section:
    """By language and message: its translation, or one for each plural form."""
    found: Section = {}
    for path in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        language = path.relative_to(folder).parts[0]
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    name = message.id if isinstance(message.id, str) else message.id[0]
                    key = f"{language} {message.context or ''}|{name}"
                    found[key] = message.string
    return found


def commands(app: Flask, script: Path) -> Section:
    """By command: its help and its parameters; and all that `kash.sh help` prints."""
    found: Section = {}
    for top in (app.cli, operations):
        found |= dict(_command("flask" if top is app.cli else "operations", top))
    said = subprocess.run([script, "help"], capture_output=True, check=True, text=True)
    found["kash.sh"] = said.stdout.splitlines()
    return found


def _command(path: str, command: click.Command) -> Iterator[tuple[str, object]]:
    if isinstance(command, click.Group):
        for name, below in sorted(command.commands.items()):
            yield from _command(f"{path} {name}", below)
        return
    parameters = {
        " ".join([*one.opts, *one.secondary_opts]): {
            "type": one.type.name,
            "required": one.required,
            "help": getattr(one, "help", None),
        }
        for one in command.params
    }
    yield path, {"help": command.help, "parameters": parameters}


def settings() -> Section:
    """By variable of the environment: its type and what it is by itself."""
    prefix = Settings.model_config.get("env_prefix", "")
    return {
        f"{prefix}{name}".upper(): f"{field.annotation} = {field.default!r} {field.metadata}"
        for name, field in Settings.model_fields.items()
    }


def schema(engine: Engine) -> Section:
    """By column, constraint, index and trigger of a SQLite database: how it is defined."""
    found: Section = {}
    seen = inspect(engine)
    for table in sorted(seen.get_table_names()):
        for column in seen.get_columns(table):
            words = [str(column["type"]), "null" if column["nullable"] else "not null"]
            found[f"column {table}.{column['name']}"] = " ".join(words)
        for kind, constraints in (
            ("unique", seen.get_unique_constraints(table)),
            ("check", seen.get_check_constraints(table)),
            ("foreign key", seen.get_foreign_keys(table)),
        ):
            for one in constraints:
                told = {key: value for key, value in one.items() if key != "name" and value}
                found[f"{kind} {table}.{one['name']}"] = told
    with engine.connect() as connection:
        for kind, name, sql in connection.execute(
            text("SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')")
        ):
            found[f"{kind} {name}"] = " ".join((sql or "").split())
    return found


def differences(before: Fingerprint, after: Fingerprint) -> list[str]:
    """A line for each name that is gone (-), new (+), or another; none if both are equal."""
    lines = []
    for section in sorted(before.keys() | after.keys()):
        old, new = before.get(section, {}), after.get(section, {})
        for name in sorted(old.keys() | new.keys()):
            if name not in new:
                lines.append(f"- {section}: {name}: {old[name]}")
            elif name not in old:
                lines.append(f"+ {section}: {name}: {new[name]}")
            elif old[name] != new[name]:
                lines.append(f"  {section}: {name}: {old[name]} → {new[name]}")
    return lines
