"""`labbro stock`: the numbers that a laboratory keeps, handed out locally and topped up from the number service."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import msgspec
import typer

from labbro.errors import LabbroError, Unavailable, WrongUse
from labbro.numbers.space import Space
from labbro.numbers.stock import Stock, adopt
from labbro.numbers.stock.configuration import StockSettings, stock_settings
from labbro.numbers.stock.local import ask
from labbro.numbers.stock.place import machine_fingerprint
from labbro.platform.clock import SystemClock

_RAISED = 1


class Format(StrEnum):
    """How answers are printed."""

    text = "text"
    json = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="For people, or one JSON object.")]

stock = typer.Typer(name="stock", help="The laboratory's stock of sample numbers.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(stock)


@stock.command()
def key(
    path: Annotated[Path, typer.Argument(help="Where to write the private key; the file must not exist.")],
    kid: Annotated[str, typer.Option(help="The key's name at the service.")] = "",
) -> None:
    """Makes a key pair: keeps the private key for this machine, prints the public one to register at the service."""
    from labbro.numbers.credentials import make_key

    name = kid or f"stock-{SystemClock().now():%Y-%m-%d}"
    print(msgspec.json.encode(make_key(path, name)).decode())


@stock.command()
def init(
    yearly: Annotated[int, typer.Option(min=1, help="How many numbers the laboratory uses in a year, about.")],
    offline: Annotated[bool, typer.Option(help="Use the options below, not the service's number space.")] = False,
    space: Annotated[str, typer.Option(help="The number space's name.")] = "npn",
    digits: Annotated[int, typer.Option(help="Its whole length.")] = 13,
    prefix: Annotated[str, typer.Option(help="Its prefix.")] = "",
    check: Annotated[str, typer.Option(help="modulus-11 or none.")] = "modulus-11",
    form: FormatOption = Format.text,
) -> None:
    """Makes the stock's file. The numbers come when it is served, or by top-up."""
    settings = stock_settings()
    if check not in ("modulus-11", "none"):
        raise WrongUse("--check is modulus-11 or none.")
    chosen = Space(space, digits, prefix, check)
    if not offline and settings.service is not None:
        chosen = _space_of_service(settings)
    made = Stock.make(settings.file, space=chosen, yearly=yearly, machine=settings.machine, stamp_path=settings.stamp)
    with made:
        told = {"file": str(settings.file), "agent_id": made.identity.agent_id, "space": chosen, "yearly": yearly}
    _tell(form, told, f"{settings.file}: a new stock for {yearly} numbers a year, agent {told['agent_id']}.")


@stock.command()
def serve() -> None:
    """Serves the local door and tops the stock up, until stopped. Settings: docs/settings.md."""
    from labbro.numbers.stock import serving
    from labbro.platform import logs

    settings = stock_settings()
    logs.configure(settings.log_level, settings.log_format)
    print(f"Stock {settings.file} on http://127.0.0.1:{settings.port} (Ctrl-C stops).", file=sys.stderr)
    serving.serve(settings)


@stock.command()
def take(
    count: Annotated[int, typer.Argument(help="How many numbers.")] = 1,
    request_id: Annotated[str | None, typer.Option(help="Repeating the same id gives the same numbers again.")] = None,
    purpose: Annotated[str | None, typer.Option(help="A word such as reception; never a person.")] = None,
    form: FormatOption = Format.text,
) -> None:
    """Hands out numbers, durable before they are printed."""
    settings = stock_settings()
    try:
        opened = _open(settings)
    except Unavailable as error:
        if error.code != "stock-in-use":
            raise
        wish = {"count": count, "request_id": request_id, "purpose": purpose}
        told = ask(settings.file, "POST", "/numbers", wish)
        _tell(form, told, "\n".join(told["numbers"]))
        return
    with opened:
        handed = opened.hand_out(count, request_id=request_id, purpose=purpose)
        numbers = opened.numbers_of(handed)
        told = {"numbers": numbers, "hand_out": handed.ordinal, "at": handed.at.isoformat(), "again": handed.again}
        _tell(form, told, "\n".join(numbers))
        sys.stdout.flush()
        opened.delivered(handed)


@stock.command()
def status(form: FormatOption = Format.text) -> None:
    """How much is there, how long it lasts, and what is wrong."""
    told = _status(stock_settings())
    if form is Format.json:
        _tell(form, told, "")
        return
    weeks = "unknown" if told["weeks"] is None else f"{told['weeks']:.1f}"
    lines = [
        f"{told['laboratory']}: {told['numbers_left']} numbers, {weeks} weeks of stock, {told['level']}",
        f"next automatic draw {told['next_draw_at']}, the service last answered {told['contact_at'] or 'never'}",
        *(f"{alarm['kind']}: {alarm['level']}" for alarm in told["alarms"] if alarm["level"] != "ok"),
        *([f"on hold: {told['on_hold']}"] if told["on_hold"] else []),
        *([f"refused: {told['refused']}"] if told["refused"] else []),
        *([f"{len(told['in_doubt'])} hand-outs in doubt: labbro stock reconcile"] if told["in_doubt"] else []),
    ]
    print("\n".join(lines))


@stock.command("top-up")
def top_up(
    count: Annotated[int | None, typer.Option(min=1, help="How many; without it what is missing.")] = None,
    form: FormatOption = Format.text,
) -> None:
    """Draws from the service now. Exit 1: nothing was drawn."""
    from labbro.numbers.stock import serving

    settings = stock_settings()
    try:
        with serving.agent_of(settings) as agent:
            asked = agent.top_up(count)
            told = {"asked": asked, "numbers_left": agent.stock.left(), "refused": agent.refused()}
            waiting = [one.code for one in agent.stock.outgoing.open() if one.kind == "draw"]
    except Unavailable as error:
        if error.code != "stock-in-use":
            raise
        told, waiting = ask(settings.file, "POST", "/top-up", {"count": count}), []
    words = "nothing is missing" if not told["asked"] else f"waits: {waiting[0]}" if waiting else "asked"
    _tell(form, told | {"waiting": waiting}, f"{words}; {told['numbers_left']} numbers in stock")
    raise typer.Exit(0 if told["asked"] and not waiting else _RAISED)


@stock.command()
def warn(form: FormatOption = Format.text) -> None:
    """For schedulers and monitoring: exit 0 in order, 1 notice or worse."""
    told = _status(stock_settings())
    alarms = [alarm for alarm in told["alarms"] if alarm["level"] != "ok"]
    lines = [f"{alarm['kind']}: {alarm['level']}" for alarm in alarms] or ["in order"]
    _tell(form, {"level": told["level"], "weeks": told["weeks"], "alarms": alarms}, "\n".join(lines))
    raise typer.Exit(_RAISED if alarms else 0)


@stock.command()
def reconcile(
    used: Annotated[int | None, typer.Option(help="This hand-out's numbers were used.")] = None,
    void: Annotated[int | None, typer.Option(help="This hand-out's numbers never reached anybody.")] = None,
    form: FormatOption = Format.text,
) -> None:
    """Lists hand-outs whose answer may not have arrived, settles one, and reads the whole file through.

    Exit 0: none is in doubt. 1: some are.
    """
    settings = stock_settings()
    settled = [(ordinal, fate) for ordinal, fate in ((used, "used"), (void, "void")) if ordinal is not None]
    try:
        with _open(settings) as opened:
            for ordinal, fate in settled:
                opened.settle(ordinal, cast("Literal['used', 'void']", fate))
            verified = opened.verify()
            doubts = msgspec.to_builtins(opened.in_doubt())
            numbers = [opened.numbers_of(one) for one in opened.in_doubt()]
    except Unavailable as error:
        if error.code != "stock-in-use":
            raise
        for ordinal, fate in settled:
            ask(settings.file, "POST", "/in-doubt", {"ordinal": ordinal, "fate": fate})
        verified, doubts, numbers = None, ask(settings.file, "GET", "/in-doubt"), []
    checked = "not read through while it is served" if verified is None else f"{verified} hand-outs read through"
    lines = [f"{one['ordinal']}: {one['at']} {' '.join(rest)}" for one, rest in _paired(doubts, numbers)]
    _tell(form, {"verified": verified, "in_doubt": doubts}, "\n".join([checked, *(lines or ["none in doubt"])]))
    raise typer.Exit(_RAISED if doubts else 0)


@stock.command("adopt")
def adopt_stock(
    yes: Annotated[bool, typer.Option("--yes", help="The other copy is out of use.")] = False,
    form: FormatOption = Format.text,
) -> None:
    """Begins anew from a file that was copied, moved or restored: what it held is void, and drawn anew."""
    settings = stock_settings()
    if not yes:
        raise WrongUse(
            "Adopting voids every number that this stock holds. Take the other copy out of use first, then add --yes."
        )
    done = adopt(
        settings.file,
        clock=SystemClock(),
        machine=machine_fingerprint(settings.machine),
        stamp_path=settings.stamp,
    )
    words = f"agent {done.agent_id}; {done.numbers_voided} numbers of {done.series_voided} series are void"
    _tell(form, msgspec.to_builtins(done), words)


@stock.command()
def forecast(
    weeks: Annotated[int, typer.Option(min=1, max=52, help="How far.")] = 26,
    backtest: Annotated[bool, typer.Option(help="How well past forecasts of this stock would have done.")] = False,
    form: FormatOption = Format.text,
) -> None:
    """What will be used, with its band, from this laboratory's own consumption."""
    from labbro.numbers.stock.backtest import backtest as measure
    from labbro.numbers.stock.forecast import WEEK
    from labbro.numbers.stock.forecast import forecast as forecast_of
    from labbro.numbers.stock.policy import danish_date

    with _open(stock_settings()) as opened:
        today = danish_date(SystemClock().now()).toordinal()
        counts, yearly = opened.consumed(), opened.identity.yearly
    made = forecast_of(counts, today, yearly)
    if made is None:
        raise WrongUse("There is no forecast: less than a week of history, and no yearly production.")
    low, expected, high = made.band(weeks * WEEK)
    errors = measure(counts, horizon_days=weeks * WEEK, yearly=yearly) if backtest else None
    told = {"weeks": weeks, "low": low, "expected": expected, "high": high, "days_known": made.days_known}
    lines = [f"{weeks} weeks: {expected:.0f} numbers, four times out of five between {low:.0f} and {high:.0f}"]
    if backtest:
        told["errors"] = msgspec.to_builtins(errors)
        lines.append("too little history to look back" if errors is None else _errors_line(errors.wape, errors.bias))
    _tell(form, told, "\n".join(lines))


def _errors_line(wape: float, bias: float) -> str:
    return f"past forecasts were off by {wape:.1%} of use, and by {bias:+.1%} on balance"


def _open(settings: StockSettings) -> Stock:
    return Stock.open(settings.file, machine=settings.machine, stamp_path=settings.stamp)


def _status(settings: StockSettings) -> dict[str, Any]:
    from labbro.numbers.stock import serving
    from labbro.numbers.stock.status import status_of

    try:
        with serving.agent_of(settings) as agent:
            return msgspec.to_builtins(status_of(agent, settings.laboratory, SystemClock().now()))
    except Unavailable as error:
        if error.code != "stock-in-use":
            raise
    return ask(settings.file, "GET", "/status")


def _space_of_service(settings: StockSettings) -> Space:
    from labbro.numbers.client import NumberClient
    from labbro.numbers.stock import serving
    from labbro.platform.identities import SystemIdentities

    clock = SystemClock()
    with serving.service_of(settings, clock, SystemIdentities(clock)) as service:
        try:
            return cast("NumberClient", service).space().space
        except LabbroError as error:
            raise Unavailable(
                f"{error.message} Try again, or name the number space and add --offline.", code=error.code
            ) from error


def _paired(
    doubts: list[dict[str, Any]], numbers: list[tuple[str, ...]]
) -> list[tuple[dict[str, Any], tuple[str, ...]]]:
    return list(zip(doubts, numbers or [()] * len(doubts), strict=True))


def _tell(form: Format, told: object, words: str) -> None:
    print(msgspec.json.encode(told).decode() if form is Format.json else words)
