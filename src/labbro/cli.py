"""The command `labbro`: composes what the rooms offer. Only the room that a command needs is imported."""

# Annotations are left as they are: Typer reads those of a function inside `build`, where it is imported late.

import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, cast

from labbro import __version__
from labbro.errors import LabbroError, NotConfigured, WrongUse, code_lines

WRONG_USE = 2
MACHINE_FAULT = 3
PROGRAM_FAULT = 70
SIGNALLED = 128  # plus the signal's number, as shells have it

# Which module of labbro.commands offers which command; each module has register(app).
COMMANDS = {
    "check": "check",
    "convert": "convert",
    "show": "show",
    "vans": "vans",
    "load": "databank",
    "watch": "databank",
    "reference": "reference",
    "synthetic": "synthetic",
    "serve": "serve",
    "migrate": "serve",
    "members": "members",
    "numbers": "numbers",
    "labels": "paper",
    "forms": "paper",
    "tubes": "paper",
    "stock": "stock",
    "audit": "audit",
    "comparability": "comparability",
    "codes": "codes",
    "bench": "bench",
}

# Libraries of the extras: when one is missing, the sentence says what to install.
_EXTRA = {"typer": "cli", "rich": "cli"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and exits.

    0 done, 1 the command's own "no" (a letter is invalid), 2 wrong use or wrong settings, 3 the machine or the database
    fails, 70 a fault of the program.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    _end_in_order()
    try:
        build(words)(args=words, prog_name="labbro")
    except LabbroError as error:
        print(f"labbro: {error.message}", file=sys.stderr)
        sys.exit(WRONG_USE if isinstance(error, WrongUse | NotConfigured) else MACHINE_FAULT)
    except ModuleNotFoundError as error:
        if _is_ours(error):
            raise
        extra = "stock" if words[:1] == ["stock"] else _EXTRA.get(error.name or "", "server")
        print(f"labbro: this command needs more than the base: pip install 'labbro[{extra}]'.", file=sys.stderr)
        sys.exit(WRONG_USE)
    except KeyboardInterrupt:
        sys.exit(SIGNALLED + signal.SIGINT)
    except Exception as error:
        places = "\n  ".join(code_lines(error))
        print(f"labbro: a fault of the program, {type(error).__name__}, at\n  {places}", file=sys.stderr)
        sys.exit(PROGRAM_FAULT)


def _end_in_order() -> None:
    """Lets what is open be closed when the process is told to end, as Ctrl-C does. A server ends more gently."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # not where nohup has it ignored
            signal.signal(number, _end)


def _end(number: int, _frame: object) -> None:
    sys.exit(SIGNALLED + number)


def build(words: Sequence[str]) -> Callable[..., Any]:
    """The application with the command that `words` name, or with all commands where they name none (as for help)."""
    import typer

    app = typer.Typer(
        name="labbro",
        help="An open system for laboratory medicine.",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,  # they print local variables, and those may hold persons
    )

    @app.callback(invoke_without_command=True)
    def labbro(  # pyright: ignore[reportUnusedFunction] - Typer keeps it
        version: bool = typer.Option(False, "--version", help="Prints the version."),
    ) -> None:
        """An open system for laboratory medicine."""
        if version:
            print(f"labbro {__version__}")
            raise typer.Exit

    named = next((word for word in words if not word.startswith("-")), "")
    for name in [COMMANDS[named]] if named in COMMANDS else dict.fromkeys(COMMANDS.values()):
        try:
            module = import_module(f"labbro.commands.{name}")
        except ModuleNotFoundError as error:
            if named in COMMANDS or _is_ours(error):
                raise
            continue  # help lists what this install can do
        cast("Callable[[typer.Typer], None]", module.register)(app)
    return app


def _is_ours(error: ModuleNotFoundError) -> bool:
    return (error.name or "").partition(".")[0] == "labbro"
