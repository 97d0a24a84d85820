"""Settings, read from the environment (`KASH_*`) and from nowhere else.

A wrong value stops start-up with one line that names the variable.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class CannotStart(Exception):
    """Nothing can be served or done as things stand; the message is one line for the operator."""


class SettingsError(CannotStart):
    """A setting has a value that cannot be used; the message names the variable."""


class Settings(BaseSettings):
    """Settings that an operator may choose. Every field is the variable `KASH_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="KASH_", extra="ignore", frozen=True)

    data_dir: Path = Field(default=Path("var"))
    database_url: str = ""
    queue_url: str = ""
    storage_url: str = ""
    mail_url: str = "console://"
    mail_from: str = "noreply@localhost"
    # By which name the key of the sender's domain is found, with which its mail server signs.
    dkim_selector: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,63}$")
    sms_url: str = Field(default="console://", repr=False)
    secret_key_file: Path | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    web_workers: int = Field(default=2, ge=1, le=64)
    web_threads: int = Field(default=4, ge=1, le=64)
    # Without one it follows the host and the port on which the site is served.
    public_url: str = ""
    trusted_proxies: int = Field(default=0, ge=0, le=8)
    metrics_token: str = ""
    backup_recipient: str = ""
    backup_keep_days: int = Field(default=30, ge=1, le=3650)
    max_upload_mb: int = Field(default=20, ge=1, le=2048)
    # A piece of evidence; it is cleaned in memory, twice this size at a time for each web process.
    evidence_mb: int = Field(default=100, ge=1, le=1024)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    demo_password: str = Field(default="", repr=False)

    @field_validator("data_dir", "secret_key_file")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().resolve() if value is not None else None

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must start with sqlite:/// or postgresql://")
        if value.startswith("sqlite:///") and not value.removeprefix("sqlite:///").startswith("/"):
            raise ValueError(
                "must name SQLite's file by its whole path, with four slashes: "
                "sqlite:////srv/kash/kash.sqlite3"
            )
        return value

    @field_validator("queue_url")
    @classmethod
    def _known_queue(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must start with redis://, rediss:// or unix://")
        return value

    @field_validator("storage_url")
    @classmethod
    def _known_storage(cls, value: str) -> str:
        if value and not value.startswith(("file://", "s3://")):
            raise ValueError("must start with file:// or s3://")
        return value

    @field_validator("mail_url")
    @classmethod
    def _known_mail(cls, value: str) -> str:
        if not value.startswith(("console://", "file://", "smtp://", "smtps://")):
            raise ValueError("must start with console://, file://, smtp:// or smtps://")
        return value

    @field_validator("sms_url")
    @classmethod
    def _known_gateway(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme in ("console", "file"):
            return value
        if parts.scheme not in ("africastalking", "africastalking+http"):
            raise ValueError("must start with console://, file:// or africastalking://")
        if not (parts.hostname and parts.username and parts.password):
            raise ValueError(
                "must say who sends, as africastalking://USER:KEY@api.africastalking.com"
                "/version1/messaging?sender=NAME"
            )
        if parts.scheme.endswith("+http") and parts.hostname not in ("127.0.0.1", "localhost"):
            raise ValueError("must be protected, unless the gateway is on this machine")
        return value

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise ValueError("must be an address such as https://kash.example.org")
        return value.rstrip("/")

    @field_validator("host")
    @classmethod
    def _an_interface(cls, value: str) -> str:
        if value != "localhost":
            ipaddress.ip_address(value)
        return value

    @field_validator("demo_password")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and len(value) < 12:
            raise ValueError("must have at least 12 characters")
        return value

    @model_validator(mode="after")
    def _follow_what_is_served(self) -> Self:
        if not self.public_url:
            # Frozen for everybody else.
            object.__setattr__(self, "public_url", address_of(self.host, self.port))
            self.__pydantic_fields_set__.discard("public_url")
        return self

    def served_at(self, host: str, port: int) -> Settings:
        """The same where the site came to listen there, which no variable need have said."""
        chosen: dict[str, object] = {"host": host, "port": port}
        if "public_url" not in self.model_fields_set:
            chosen["public_url"] = address_of(host, port)
        served = self.model_copy(update=chosen)
        if "public_url" not in self.model_fields_set:
            served.__pydantic_fields_set__.discard("public_url")
        return served

    @property
    def database_uri(self) -> str:
        """The address SQLAlchemy connects to; SQLite under the data directory by default."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir / 'kash.sqlite3'}"
        if self.database_url.startswith("postgresql://"):
            return "postgresql+psycopg://" + self.database_url.removeprefix("postgresql://")
        return self.database_url

    @property
    def database_file(self) -> Path | None:
        """SQLite's file; None on PostgreSQL."""
        if not self.database_uri.startswith("sqlite:///"):
            return None
        return Path(self.database_uri.removeprefix("sqlite:///"))

    @property
    def audit_folder(self) -> Path:
        """Where the mirrors of the audit trail lie."""
        return self.data_dir / "audit"

    @property
    def vault_memory(self) -> Path:
        """Memory of the vault outside the database: its newest keys, and who was removed."""
        return self.data_dir / "vault.memory"

    @property
    def key_file(self) -> Path:
        """Where the server's keys lie: outside the database, mode 600."""
        return self.secret_key_file or self.data_dir / "server.key"

    @property
    def storage_address(self) -> str:
        """Where files are kept; a folder under the data directory by default."""
        return self.storage_url or f"file://{self.data_dir / 'files'}"

    @property
    def behind_tls(self) -> bool:
        """True if people reach the site by https, so that cookies may be Secure."""
        return self.public_url.startswith("https://")


def address_of(host: str, port: int) -> str:
    """The address that leads to what listens there, as far as this machine can tell.

    A machine that listens on all its interfaces doesn't know by which name others reach it.
    """
    if host != "localhost":
        interface = ipaddress.ip_address(host)
        if interface.is_loopback or interface.is_unspecified:
            # By its name: browsers allow no passkeys to a bare number.
            host = "localhost"
        elif interface.version == 6:
            host = f"[{host}]"
    return f"http://{host}" if port == 80 else f"http://{host}:{port}"


def load_settings(**overrides: object) -> Settings:
    """The settings of this process.

    Raises SettingsError, one line for the first wrong variable, without the value's context.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "KASH_" + "_".join(str(part) for part in first["loc"]).upper()
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise SettingsError(f"{name}: {reason}") from None
