"""Settings come from the environment, are checked at the start, and are documented."""

from __future__ import annotations

import datetime as dt
import re
import stat
from pathlib import Path

import pytest

from labbro.errors import NotConfigured
from labbro.platform.settings import FROM_FILE, IntakeToken, Settings, from_environment

ROOT = Path(__file__).resolve().parents[2]
DIGEST = "ab" * 32

# Every variable with a value that is not its default, and the field that it must change.
EXAMPLES: dict[str, tuple[str, str, object]] = {
    "LABBRO_DATABASE_URL": ("postgresql://db.example/labbro", "database_url", "postgresql://db.example/labbro"),
    "LABBRO_DATABASE_CONNECTIONS": ("20", "database_connections", 20),
    "LABBRO_HOST": ("127.0.0.2", "host", "127.0.0.2"),
    "LABBRO_PORT": ("9000", "port", 9000),
    "LABBRO_PUBLIC_URL": ("https://labbro.example/", "public_url", "https://labbro.example"),
    "LABBRO_THREADS": ("4", "threads", 4),
    "LABBRO_SECRET": ("cd" * 32, "secret", bytes.fromhex("cd" * 32)),
    "LABBRO_DEMONSTRATION": ("yes", "demonstration", True),
    "LABBRO_OIDC_ISSUER": ("https://id.example/", "oidc_issuer", "https://id.example"),
    "LABBRO_OIDC_CLIENT_ID": ("labbro", "oidc_client_id", "labbro"),
    "LABBRO_OIDC_CLIENT_SECRET": ("hush", "oidc_client_secret", "hush"),
    "LABBRO_EAN": ("5790001234567", "own_ean", "5790001234567"),
    "LABBRO_INTAKE_TOKENS": (f"lab:{DIGEST}", "intake_tokens", (IntakeToken(name="lab", digest=DIGEST),)),
    "LABBRO_READER_TOKENS": (f"reader:{DIGEST}", "reader_tokens", (IntakeToken(name="reader", digest=DIGEST),)),
    "LABBRO_REGISTRY_PEOPLE": (
        "https://id.example#anna, https://id.example/#bent",
        "registry_people",
        ("https://id.example#anna", "https://id.example#bent"),
    ),
    "LABBRO_LOOKUPS_PER_HOUR": ("7", "lookups_per_hour", 7),
    "LABBRO_BODY_LIMIT_MB": ("2", "body_limit_bytes", 2 * 1024 * 1024),
    "LABBRO_BODY_SECONDS": ("5", "body_seconds", 5),
    "LABBRO_STOP_SECONDS": ("6", "stop_seconds", 6),
    "LABBRO_LOG_LEVEL": ("warning", "log_level", "warning"),
    "LABBRO_LOG_FORMAT": ("text", "log_format", "text"),
    "LABBRO_NUMBERS_SPACE": ("glas", "numbers_space", "glas"),
    "LABBRO_NUMBERS_DIGITS": ("12", "numbers_digits", 12),
    "LABBRO_NUMBERS_PREFIX": ("57", "numbers_prefix", "57"),
    "LABBRO_NUMBERS_CHECK": ("none", "numbers_check", "none"),
    "LABBRO_NUMBERS_REST_DAYS": ("365", "numbers_rest_days", 365),
    "LABBRO_NUMBERS_STANDBY": ("ANY 1 (north)", "numbers_standby", "ANY 1 (north)"),
    "LABBRO_PROXIES": ("10.0.0.1, ::1", "proxies", ("10.0.0.1", "::1")),
    "LABBRO_PLAIN_UNTIL": ("2027-06-30", "plain_until", dt.date(2027, 6, 30)),
    "LABBRO_PLAIN_PORT": ("8080", "plain_port", 8080),
    "LABBRO_SMTP_HOST": ("mail.example", "smtp_host", "mail.example"),
    "LABBRO_SMTP_PORT": ("25", "smtp_port", 25),
    "LABBRO_SMTP_TLS": ("none", "smtp_tls", "none"),
    "LABBRO_SMTP_USER": ("labbro", "smtp_user", "labbro"),
    "LABBRO_SMTP_PASSWORD": ("hush", "smtp_password", "hush"),
    "LABBRO_SMTP_SENDER": ("numbers@labbro.example", "smtp_sender", "numbers@labbro.example"),
}
PATHS = {
    "LABBRO_EU_ADDRESSES": "eu_addresses",
    "LABBRO_DATA": "data_dir",
    "LABBRO_WATCH": "watch_dir",
    "LABBRO_TLS_CERT": "tls_cert",
    "LABBRO_TLS_KEY": "tls_key",
    "LABBRO_AUDIT_CHECKPOINTS": "audit_checkpoints_file",
    "LABBRO_NUMBERS_MARK": "numbers_mark_dir",
}
TOGETHER = {
    "LABBRO_PLAIN_UNTIL": {"LABBRO_PLAIN_PORT": "8080"},
    "LABBRO_PLAIN_PORT": {"LABBRO_PLAIN_UNTIL": "2027-06-30"},
    "LABBRO_SMTP_USER": {"LABBRO_SMTP_PASSWORD": "hush"},
    "LABBRO_OIDC_ISSUER": {"LABBRO_OIDC_CLIENT_ID": "labbro"},
    "LABBRO_OIDC_CLIENT_ID": {"LABBRO_OIDC_ISSUER": "https://id.example"},
    "LABBRO_REGISTRY_PEOPLE": {"LABBRO_OIDC_ISSUER": "https://id.example/", "LABBRO_OIDC_CLIENT_ID": "labbro"},
    "LABBRO_TLS_CERT": {"LABBRO_TLS_KEY": __file__},
    "LABBRO_TLS_KEY": {"LABBRO_TLS_CERT": __file__},
}


def documented() -> dict[str, str]:
    """Variable and default of every row of the table in docs/settings.md."""
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").partition("## For benches")[0]
    return dict(re.findall(r"^\| `(LABBRO_[A-Z_]+)` \| `?([^`|]+?)`? \|", text, re.MULTILINE))


def given(tmp_path: Path, **changes: str) -> Settings:
    return from_environment({"LABBRO_DATA": str(tmp_path), **changes})


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_variable_changes_its_field(name: str, tmp_path: Path) -> None:
    value, field, expected = EXAMPLES[name]
    assert getattr(given(tmp_path, **TOGETHER.get(name, {}), **{name: value}), field) == expected
    assert getattr(given(tmp_path), field) != expected


@pytest.mark.parametrize("name", PATHS)
def test_every_path_becomes_absolute(name: str, tmp_path: Path) -> None:
    settings = given(
        tmp_path,
        **TOGETHER.get(name, {}),
        **{name: __file__ if "TLS" in name or name == "LABBRO_EU_ADDRESSES" else str(tmp_path / "x")},
    )
    assert getattr(settings, PATHS[name]).is_absolute()


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    assert set(documented()) == set(EXAMPLES) | set(PATHS)
    assert {field for _, field, _ in EXAMPLES.values()} | set(PATHS.values()) == set(Settings.__struct_fields__)


def test_every_variable_in_the_source_is_documented() -> None:
    used: set[str] = set()
    for path in (ROOT / "src" / "labbro").rglob("*.py"):
        used |= set(re.findall(r"\bLABBRO_[A-Z]+(?:_[A-Z]+)*", path.read_text(encoding="utf-8")))
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert {name for name in used if name.removesuffix("_FILE") not in FROM_FILE or name in FROM_FILE} == set(
        re.findall(r"^\| `(LABBRO_\w+)` ", text, re.MULTILINE)
    )


def test_documented_defaults_are_the_defaults_of_the_code(tmp_path: Path) -> None:
    settings = given(tmp_path)
    for name, default in documented().items():
        if name in EXAMPLES and default not in ("none", "generated on loopback", "from host and port"):
            field = EXAMPLES[name][1]
            told = {"no": False}.get(default, default)
            value = getattr(settings, field)
            assert str(told) == str(value // 1024**2 if field == "body_limit_bytes" else value), name


@pytest.mark.parametrize("name", FROM_FILE)
def test_secrets_may_stand_in_a_file(name: str, tmp_path: Path) -> None:
    value, field, expected = EXAMPLES[name]
    file = tmp_path / "held"
    file.write_text(value + "\n", encoding="utf-8")
    assert getattr(given(tmp_path, **{f"{name}_FILE": str(file)}), field) == expected
    with pytest.raises(NotConfigured, match=f"{name} and {name}_FILE"):
        given(tmp_path, **{name: value, f"{name}_FILE": str(file)})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"LABBRO_PORT": "eighty"}, "LABBRO_PORT must be a whole number from 1 to 65535"),
        ({"LABBRO_PORT": "65536"}, "LABBRO_PORT"),
        ({"LABBRO_THREADS": "-1"}, "LABBRO_THREADS"),
        ({"LABBRO_DEMONSTRATION": "perhaps"}, "LABBRO_DEMONSTRATION must be yes or no"),
        ({"LABBRO_LOG_LEVEL": "loud"}, "LABBRO_LOG_LEVEL must be one of: debug, info, warning, error"),
        ({"LABBRO_SECRET": "short"}, "LABBRO_SECRET must be hexadecimal, 64 digits or more"),
        ({"LABBRO_EAN": "57"}, "LABBRO_EAN must be our location number"),
        ({"LABBRO_INTAKE_TOKENS": "lab:plain-token"}, "LABBRO_INTAKE_TOKENS must be name:digest pairs"),
        ({"LABBRO_TLS_CERT": "nowhere.pem"}, "LABBRO_TLS_CERT names a file that does not exist"),
        ({"LABBRO_TLS_CERT": __file__}, "LABBRO_TLS_KEY is missing"),
        ({"LABBRO_OIDC_ISSUER": "https://id.example"}, "LABBRO_OIDC_ISSUER and LABBRO_OIDC_CLIENT_ID"),
        ({"LABBRO_OIDC_ISSUER": "http://id.example", "LABBRO_OIDC_CLIENT_ID": "x"}, "must begin with https"),
        ({"LABBRO_PROXIES": "proxy.example"}, "LABBRO_PROXIES must be IP addresses"),
        ({"LABBRO_PLAIN_UNTIL": "31.12.2026"}, "LABBRO_PLAIN_UNTIL must be a day"),
        ({"LABBRO_PLAIN_UNTIL": "2026-12-31"}, "LABBRO_PLAIN_UNTIL and LABBRO_PLAIN_PORT are set together"),
        ({"LABBRO_PLAIN_UNTIL": "2026-12-31", "LABBRO_PLAIN_PORT": "8400"}, "the port is not LABBRO_PORT"),
        ({"LABBRO_SMTP_SENDER": "Labbro <x@y>"}, "LABBRO_SMTP_SENDER must be a mail address"),
        ({"LABBRO_SMTP_USER": "labbro"}, "LABBRO_SMTP_PASSWORD is missing"),
        ({"LABBRO_SECRET_FILE": "nowhere"}, "LABBRO_SECRET_FILE names a file that cannot be read"),
        ({"LABBRO_HOST": "0.0.0.0"}, "LABBRO_SECRET is missing"),
        ({"LABBRO_HOST": "0.0.0.0", "LABBRO_SECRET": "ab" * 32, "LABBRO_DEMONSTRATION": "yes"}, "only on loopback"),
    ],
)
def test_a_wrong_setting_is_told_by_its_name(changes: dict[str, str], words: str, tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match=words):
        given(tmp_path, **changes)


def test_a_wrong_secret_is_not_repeated_in_the_message(tmp_path: Path) -> None:
    for name in FROM_FILE:
        if name in ("LABBRO_SECRET", "LABBRO_INTAKE_TOKENS"):
            with pytest.raises(NotConfigured) as told:
                given(tmp_path, **{name: "hunter2"})
            assert "hunter2" not in told.value.message


def test_the_secret_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    first = given(data)
    assert len(first.secret) == 32
    assert given(data).secret == first.secret
    assert stat.S_IMODE((data / "secret").stat().st_mode) == 0o600
    assert [path.name for path in data.iterdir()] == ["secret"]


def test_a_damaged_secret_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("not hexadecimal", encoding="utf-8")
    with pytest.raises(NotConfigured, match="file secret"):
        given(tmp_path)
    assert (tmp_path / "secret").read_text(encoding="utf-8") == "not hexadecimal"


def test_settings_do_not_print_their_secrets(tmp_path: Path) -> None:
    settings = given(tmp_path, LABBRO_SECRET="cd" * 32, LABBRO_DATABASE_URL="postgresql://user:hunter2@db/labbro")
    for text in (repr(settings), str(settings)):
        assert "hunter2" not in text
        assert "cdcd" not in text


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("10.0.0.1", False), ("::", False)],
)
def test_loopback_is_told_from_the_rest(host: str, expected: bool, tmp_path: Path) -> None:
    assert given(tmp_path, LABBRO_HOST=host, LABBRO_SECRET="ab" * 32).loopback is expected
