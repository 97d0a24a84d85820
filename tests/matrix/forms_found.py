"""The forms of the site as its own pages show them: where each is posted, and with which fields."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from wtforms.fields.core import UnboundField

from kash.platform.web.forms import KashForm

from .programme import OWN, World
from .table import ANYONE, MAY, NOBODY, PLACES, ROLES, SIGNED_IN

# What a person types freely; the other kinds of field only offer choices.
TYPED = {"text", "search", "tel", "email", "number", "date", "time", "datetime-local", "url", ""}


@dataclass
class FoundField:
    """A field: its kind ("textarea", "select" or the kind of input) and what stands in it."""

    name: str
    kind: str
    value: str

    @property
    def typed(self) -> bool:
        return self.kind in TYPED or self.kind == "textarea"


@dataclass
class FoundForm:
    """A form that is posted, and who found it on which page."""

    role: str
    page: str
    address: str
    endpoint: str
    fields: list[FoundField] = field(default_factory=list)

    def filled(self, **replaced: str) -> list[tuple[str, str]]:
        """What a browser sends when nothing was touched but the fields in `replaced`."""
        return [(one.name, replaced.get(one.name, one.value)) for one in self.fields]

    def __str__(self) -> str:
        return f"{self.endpoint} as {self.role}"


class _Reader(HTMLParser):
    """Collects forms; a field may name its form from elsewhere on the page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._open: dict[str, Any] | None = None
        self._text: FoundField | None = None
        self._select: FoundField | None = None
        self._elsewhere: list[tuple[str, FoundField]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._open = {"id": given.get("id", ""), "given": given, "fields": []}
            self.forms.append(self._open)
        elif tag == "option" and self._select is not None:
            if "selected" in given or not self._select.value:
                self._select.value = given.get("value", "")
        elif tag in ("input", "textarea", "select", "button"):
            self._field(tag, given)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        kind = given.get("type", "") if tag in ("input", "button") else tag
        if "data-masked" in given:
            # A secret never comes back, however its field is called.
            kind = "password"
        name = given.get("name", "")
        if not name or "disabled" in given or name == "csrf_token":
            return
        if tag == "button" or (kind in ("radio", "checkbox") and "checked" not in given):
            return
        found = FoundField(name, kind, given.get("value", ""))
        if given.get("form"):
            self._elsewhere.append((given["form"], found))
        elif self._open is not None:
            self._open["fields"].append(found)
        if tag == "textarea":
            self._text = found
        if tag == "select":
            self._select = found

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea":
            self._text = None
        elif tag == "select":
            self._select = None

    def finished(self) -> list[dict[str, Any]]:
        for wanted, found in self._elsewhere:
            for form in self.forms:
                if form["id"] == wanted:
                    form["fields"].append(found)
        return self.forms


# What a browser may offer to fill in, which is a person's own.
OWN_TOKENS = {"username", "current-password", "new-password", "one-time-code", "off"}


class _KeptFields(HTMLParser):
    """Collects fields whose text a browser would keep on its disk, or have a service correct."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[str] = []
        self.fields = 0
        self.spelled = True
        self._form_is_off = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "body":
            self.spelled = given.get("spellcheck") != "false"
        elif tag == "form":
            self._form_is_off = given.get("autocomplete") == "off"
            if not self._form_is_off:
                self.kept.append(f"form {given.get('action', '')}")
        elif tag in ("textarea", "select"):
            # Firefox keeps these for a tab that is opened again, whatever their form says.
            self.fields += 1
            if given.get("autocomplete") != "off":
                self.kept.append(f"{tag} {given.get('name') or given.get('id', '')}")
        elif tag == "input" and given.get("type", "") in TYPED:
            self.fields += 1
            # A field that names its form stands outside it; every form is looked at itself.
            off = self._form_is_off or "form" in given
            token = given.get("autocomplete", "off" if off else "")
            if token not in OWN_TOKENS:
                self.kept.append(f"{tag} {given.get('name') or given.get('id', '')}")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form_is_off = False


def kept_fields(page: str) -> list[str]:
    """The forms and fields of a page whose text a browser would keep."""
    reader = _KeptFields()
    reader.feed(page)
    return [*reader.kept, *(["spelling is on"] if reader.spelled and reader.fields else [])]


def who_may(act: str) -> str:
    """The first role that may do this with its own records."""
    if act == ANYONE:
        return NOBODY
    if act == SIGNED_IN:
        return "trainer"
    return next((role for role in ("trainer", *ROLES) if MAY[act][role] != "-"), NOBODY)


def every_field() -> list[str]:
    """The names of all fields of all forms."""
    kinds, names = [KashForm], set()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        names |= {name for name in dir(kind) if isinstance(getattr(kind, name, None), UnboundField)}
    return sorted(names)


def address_of(world: World, endpoint: str, role: str, side: str = OWN, **other: str) -> str:
    """The address of an endpoint for a role, with parts replaced."""
    records = world.records[role, side]
    parts = {name: records[what] for name, what in PLACES[endpoint].address.items()}
    return world.address(endpoint, {**parts, **other})


# All that has to do with forms: what stands between, which is most of a page, says nothing of them.
_OF_FORMS = re.compile(
    r"<textarea\b.*?</textarea\s*>|</?(?:form|input|select|option|button|body)\b[^>]*>", re.S | re.I
)


def look_at_pages(world: World) -> tuple[list[FoundForm], dict[str, list[str]]]:
    """The forms of every page, and by endpoint what a browser would keep of what is typed there."""
    kept: dict[str, list[str]] = {}
    adapter = world.app.url_map.bind("localhost")
    found: dict[tuple[str, frozenset[str]], FoundForm] = {}
    # Forms that look the same to several roles are taken apart once.
    seen: set[tuple[str, str]] = set()
    for endpoint, place in PLACES.items():
        if not place.get:
            continue
        for role in (*ROLES, NOBODY):
            act = place.get
            if act not in (ANYONE, SIGNED_IN) and MAY[act][role] == "-":
                continue
            page = address_of(world, endpoint, role)
            answer = world.own_page(endpoint, role)
            if answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            if world.written():
                world.put_back()
            of_forms = "".join(_OF_FORMS.findall(answer.text))
            if (endpoint, of_forms) in seen:
                continue
            seen.add((endpoint, of_forms))
            if faults := kept_fields(of_forms):
                kept[endpoint] = faults
            reader = _Reader()
            reader.feed(of_forms)
            for form in reader.finished():
                if form["given"].get("method", "").lower() != "post":
                    continue
                address = urljoin(page, form["given"].get("action") or page)
                posted_to, _parts = adapter.match(urlsplit(address).path, method="POST")
                names = frozenset(one.name for one in form["fields"])
                found.setdefault(
                    (posted_to, names), FoundForm(role, page, address, posted_to, form["fields"])
                )
    return list(found.values()), kept
