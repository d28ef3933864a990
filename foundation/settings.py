"""All ``HALO_*`` settings, read once from the environment, loudly.

``docs/configuration.md`` documents each (a test compares). A value that cannot be understood
stops the program with the variable's name; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from foundation.addresses import is_own_host
from foundation.clock import Clock, clock_starting_at, system_clock
from foundation.environment import Environment
from foundation.errors import SettingsError
from foundation.targets import DEFAULT_WAIT_TARGET, WAIT_TARGETS

PROJECT_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class WhatsAppSettings:
    """What Meta's developer console gives; without the secrets the channel stays shut."""

    verify_token: str = field(default="", repr=False)
    app_secrets: tuple[str, ...] = field(default=(), repr=False)
    """One, or two while the secret is being changed; a signature of either is accepted."""
    access_token: str = field(default="", repr=False)
    phone_number_id: str = ""
    graph_url: str = "https://graph.facebook.com"
    graph_version: str = "v24.0"
    template: str = ""
    """Name at Meta of the template with which an officer writes after the 24 hours."""

    @property
    def can_send(self) -> bool:
        """Whether messages can be handed to the Graph API."""
        return bool(self.access_token and self.phone_number_id)


@dataclass(frozen=True)
class AlertSettings:
    """Where it is told that a resident waits too long or is in danger; empty values tell nobody."""

    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_starttls: bool = True
    sender: str = "halo@localhost"
    recipients: tuple[str, ...] = ()
    webhook: str = field(default="", repr=False)
    """Its address often holds a secret."""
    urgent_recipients: tuple[str, ...] = ()
    """Who is told of danger; ``recipients`` where nobody is named."""
    urgent_repeat_minutes: int = 10
    """So often it is told again, on the clock, until somebody acknowledges."""


@dataclass(frozen=True)
class LearningSettings:
    """Which turns are drawn for people to look at, in percent."""

    control_percent: int = 5
    """Of all understood turns: the random sample from which the risk is estimated."""
    second_look_percent: int = 10
    """Of the labelled turns: those that a second person labels as well."""


@dataclass(frozen=True)
class Settings:
    """One process's settings. Paths are absolute; durations are seconds."""

    data_dir: Path = PROJECT_ROOT / "var"
    training_data: Path = PROJECT_ROOT / "training_data"
    models_dir: Path = PROJECT_ROOT / "models"
    embedding_model: str = ""
    embedding_home: Path = PROJECT_ROOT / "var"
    database_url: str = ""
    redis_url: str = ""
    bind: str = "127.0.0.1:8000"
    public_url: str = ""
    web_processes: int = 1
    workers: int = 1
    secret_key: str = field(default="", repr=False)
    rest_token: str = field(default="", repr=False)
    whatsapp_number: str = ""
    """Digits with country code, as in ``https://wa.me/62…``; empty while the office has none."""
    whatsapp: WhatsAppSettings = field(default_factory=WhatsAppSettings)
    wait_target_minutes: int = DEFAULT_WAIT_TARGET
    """Service minutes within which an officer is to take a case; one of ``WAIT_TARGETS``."""
    evaluation_after_days: int = 6
    """Calendar days after a period's last day, from the SOP, before it is evaluated."""
    alerts: AlertSettings = field(default_factory=AlertSettings)
    learning: LearningSettings = field(default_factory=LearningSettings)
    embed_origins: tuple[str, ...] = ()
    """Origins of other sites whose pages may embed the widget."""
    visitor_secret: str = field(default="", repr=False)
    """Shared with those sites' servers, which sign with it who is signed in there."""
    log_level: str = "INFO"
    proxy_hops: int = 0
    test_now: datetime | None = None

    @property
    def host(self) -> str:
        """The address part of ``bind``."""
        return self.bind.rsplit(":", 1)[0].strip("[]")

    @property
    def port(self) -> int:
        """The port part of ``bind``."""
        return int(self.bind.rsplit(":", 1)[1])

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server.

        A loopback address behind a proxy is open to everybody: counted proxies and a public URL
        on another host say that one stands in front.
        """
        public_host = urlsplit(self.public_url).hostname
        return (
            is_own_host(self.host)
            and not self.proxy_hops
            and (not public_host or is_own_host(public_host))
        )

    @property
    def store_url(self) -> str:
        """The SQLAlchemy URL: ``HALO_DATABASE_URL`` or the embedded SQLite file."""
        return self.database_url or f"sqlite:///{self.data_dir / 'halo.sqlite3'}"

    def clock(self) -> Clock:
        """Return the clock: the machine's, or one that starts at ``HALO_TEST_NOW``."""
        return clock_starting_at(self.test_now) if self.test_now else system_clock


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read and check the settings.

    Raises :class:`SettingsError` naming the variable.
    """
    env = Environment(environ)
    settings = Settings(
        data_dir=env.path("HALO_DATA_DIR", PROJECT_ROOT / "var"),
        training_data=env.path("HALO_TRAINING_DATA", PROJECT_ROOT / "training_data"),
        models_dir=env.path("HALO_MODELS_DIR", PROJECT_ROOT / "models"),
        embedding_model=env.text("HALO_EMBEDDING_MODEL", ""),
        embedding_home=env.path("HALO_EMBEDDING_HOME", PROJECT_ROOT / "var"),
        database_url=env.text("HALO_DATABASE_URL", ""),
        redis_url=env.text("HALO_REDIS_URL", ""),
        bind=env.text("HALO_BIND", "127.0.0.1:8000"),
        public_url=env.text("HALO_PUBLIC_URL", "").rstrip("/"),
        web_processes=env.count("HALO_WEB_PROCESSES", 1),
        workers=env.count("HALO_WORKERS", 1),
        secret_key=env.text("HALO_SECRET_KEY", ""),
        rest_token=env.text("HALO_REST_TOKEN", ""),
        whatsapp_number=env.phone("HALO_WHATSAPP_NUMBER"),
        whatsapp=_whatsapp(env),
        wait_target_minutes=_wait_target(env),
        evaluation_after_days=env.count("HALO_EVALUATION_AFTER_DAYS", 6, least=0),
        alerts=_alerts(env),
        learning=_learning(env),
        embed_origins=env.origins("HALO_EMBED_ORIGINS"),
        visitor_secret=env.text("HALO_VISITOR_SECRET", ""),
        log_level=env.choice("HALO_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        proxy_hops=env.count("HALO_PROXY_HOPS", 0, least=0),
        test_now=env.moment("HALO_TEST_NOW"),
    )
    _check(settings)
    return settings


def _whatsapp(env: Environment) -> WhatsAppSettings:
    defaults = WhatsAppSettings()
    secrets = env.text("HALO_WHATSAPP_APP_SECRET", "").split(",")
    return WhatsAppSettings(
        verify_token=env.text("HALO_WHATSAPP_VERIFY_TOKEN", ""),
        app_secrets=tuple(secret.strip() for secret in secrets if secret.strip()),
        access_token=env.text("HALO_WHATSAPP_ACCESS_TOKEN", ""),
        phone_number_id=env.matching(
            "HALO_WHATSAPP_PHONE_NUMBER_ID", "", r"\d{1,32}", example="104857600012345"
        ),
        graph_url=env.matching(
            "HALO_WHATSAPP_GRAPH_URL",
            defaults.graph_url,
            r"https?://[a-z0-9.\-]+(:\d+)?(/[\w./\-]*)?",
            example=defaults.graph_url,
        ).rstrip("/"),
        graph_version=env.matching(
            "HALO_WHATSAPP_GRAPH_VERSION", defaults.graph_version, r"v\d+\.\d+", example="v24.0"
        ),
        template=env.matching(
            "HALO_WHATSAPP_TEMPLATE", "", r"[a-z0-9_]{1,512}", example="balasan_petugas_siap"
        ),
    )


def _alerts(env: Environment) -> AlertSettings:
    defaults = AlertSettings()
    return AlertSettings(
        smtp_host=env.text("HALO_SMTP_HOST", ""),
        smtp_port=env.count("HALO_SMTP_PORT", defaults.smtp_port),
        smtp_user=env.text("HALO_SMTP_USER", ""),
        smtp_password=env.text("HALO_SMTP_PASSWORD", ""),
        smtp_starttls=env.choice("HALO_SMTP_STARTTLS", "YA", ("YA", "TIDAK")) == "YA",
        sender=env.text("HALO_SMTP_FROM", defaults.sender),
        recipients=env.words("HALO_SMTP_TO"),
        webhook=env.secret_url("HALO_ALERT_WEBHOOK"),
        urgent_recipients=env.words("HALO_URGENT_TO"),
        urgent_repeat_minutes=env.count(
            "HALO_URGENT_REPEAT_MINUTES", defaults.urgent_repeat_minutes
        ),
    )


def _wait_target(env: Environment) -> int:
    allowed = tuple(map(str, WAIT_TARGETS))
    return int(env.choice("HALO_WAIT_TARGET_MINUTES", str(DEFAULT_WAIT_TARGET), allowed))


def _learning(env: Environment) -> LearningSettings:
    defaults = LearningSettings()
    return LearningSettings(
        control_percent=env.percent("HALO_CONTROL_PERCENT", defaults.control_percent),
        second_look_percent=env.percent("HALO_SECOND_LOOK_PERCENT", defaults.second_look_percent),
    )


_OPEN = "layanan ini terbuka untuk umum menurut HALO_BIND, HALO_PROXY_HOPS, atau HALO_PUBLIC_URL"


def _check(settings: Settings) -> None:
    host, _, port = settings.bind.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise SettingsError(f"HALO_BIND harus seperti 127.0.0.1:8000, bukan {settings.bind!r}")
    if settings.test_now and not settings.on_loopback:
        raise SettingsError(f"HALO_TEST_NOW ditolak: {_OPEN}")
    if not settings.on_loopback and not settings.secret_key:
        raise SettingsError(f"HALO_SECRET_KEY wajib diisi: {_OPEN}")
    if settings.visitor_secret and len(settings.visitor_secret) < 32:
        raise SettingsError("HALO_VISITOR_SECRET paling sedikit 32 huruf")
    if settings.secret_key and len(settings.secret_key) < 32:
        raise SettingsError("HALO_SECRET_KEY paling sedikit 32 huruf")
