"""Mutation testing of the letter core: changes one thing in a module and asks whether a test notices.

    python -m tests.mutants [--each 12] [--seed 1] [--module NAME ...]

Every mutant lives in a process of its own, in memory; no file is changed. First the tests of the module are asked, then
the wider ones. What no test notices is printed with its line: either the test is missing or the change means nothing.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

# What tests stand on and no mutant changes: imported once, before the processes part.
import labbro.platform.database
import labbro.platform.embedded
import labbro.platform.migrations  # noqa: F401

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "labbro.letters"
WIDE = (
    *(
        "test_reading.py",
        "test_checking.py",
        "test_formreader.py",
        "test_formwriter.py",
        "test_writing.py",
        "test_xml.py",
    ),
    *(
        "test_json_form.py",
        "test_receipts.py",
        "test_edifact.py",
        "test_ftx.py",
        "test_registry.py",
        "test_official.py",
    ),
    *("standards/test_req01.py", "standards/test_rpt02.py", "standards/test_xrpt06.py"),
)
# The core, with the tests that know each module best.
MODULES = {
    "assembling": ("test_formreader.py",),
    "checking": ("test_checking.py",),
    "codecs": ("test_formreader.py", "test_formwriter.py", "standards/test_req03.py", "standards/test_rpt04.py"),
    "edifact": ("test_edifact.py", "test_reading.py"),
    "formreader": ("test_formreader.py", "standards/test_rpt02.py"),
    "formwriter": ("test_formwriter.py", "standards/test_rpt02.py"),
    "ftx": ("test_ftx.py",),
    "interchanges": ("test_reading.py", "test_edifact.py"),
    "json_form": ("test_json_form.py",),
    "model": ("test_checking.py", "test_xml.py"),
    "quick": ("test_xml.py",),
    "reading": ("test_reading.py", "test_xml.py"),
    "receipts": ("test_receipts.py",),
    "remarks": ("test_remarks.py",),
    "rowreading": ("standards/test_rpt03.py", "standards/test_rpt04.py"),
    "segmentreading": ("test_formreader.py",),
    "template": ("test_formreader.py", "test_registry.py"),
    "tree": ("test_reading.py", "test_checking.py"),
    "values": ("test_values.py",),
    "verdict": ("test_checking.py", "test_reading.py", "standards/test_rpt07.py"),
    "writing": ("test_writing.py",),
    "xml": ("test_xml.py", "test_reading.py"),
}
SECONDS_A_MUTANT = 240
KILLED = ("killed", "killed by the wider tests", "hung")

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add}


def places(tree: ast.Module) -> list[tuple[int, str]]:
    """Every change that is possible: the number of a node, and the kind of change."""
    return [(number, kind) for number, node in enumerate(_changeable(tree)) for kind in _kinds(node)]


def mutant(tree: ast.Module, number: int, kind: str) -> tuple[str, ast.Module]:
    """The changed tree, with a word about the change. Annotations and docstrings stay as they are."""
    changed = copy.deepcopy(tree)
    node = list(_changeable(changed))[number]
    line, before = getattr(node, "lineno", 0), ast.unparse(node).partition("\n")[0][:90]
    _change(node, kind)
    return f"line {line}: {before}  ->  {ast.unparse(node).partition(chr(10))[0][:90]}", changed


def _changeable(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that may be changed, parents first."""
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "bases"} or (
            name == "keywords" and isinstance(node, ast.ClassDef)
        ):
            continue
        for inner in value if isinstance(value, list) else [value]:
            if not isinstance(inner, ast.AST) or isinstance(inner, (ast.Import, ast.ImportFrom)):
                continue
            if isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Constant):
                continue  # a docstring
            if isinstance(inner, ast.AnnAssign) and ast.unparse(inner.annotation) == "TypeAlias":
                continue
            if isinstance(inner, ast.Call) and ast.unparse(inner.func) == "cast":
                continue
            if _kinds(inner):
                yield inner
            yield from _changeable(inner)


def _kinds(node: ast.AST) -> tuple[str, ...]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARISONS:
        return ("compare",)
    if isinstance(node, ast.BoolOp):
        return ("and-or",)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ("not",)
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        return ("arithmetic",)
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, str, bytes)):
        return ("constant",)
    if isinstance(node, ast.Return) and node.value is not None and ast.unparse(node.value) != "None":
        return ("return",)
    if isinstance(node, (ast.Continue, ast.Break, ast.Raise, ast.AugAssign)):
        return ("drop",)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return ("drop",)
    return ("condition",) if isinstance(node, ast.If) and isinstance(node.test, (ast.Name, ast.Call)) else ()


def _change(node: ast.AST, kind: str) -> None:
    if kind == "compare" and isinstance(node, ast.Compare):
        node.ops = [COMPARISONS[type(node.ops[0])]()]
    elif kind == "and-or" and isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif kind == "arithmetic" and isinstance(node, ast.BinOp):
        node.op = ARITHMETIC[type(node.op)]()
    elif kind == "constant" and isinstance(node, ast.Constant):
        node.value = _other(node.value)
    elif kind == "return" and isinstance(node, ast.Return):
        node.value = ast.Constant(None)
    elif kind == "condition" and isinstance(node, ast.If):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif kind == "not":
        _become(node, ast.Call(ast.Name("bool"), [node.operand], []))  # type: ignore[attr-defined]
    else:
        _become(node, ast.Pass())


def _become(node: ast.AST, other: ast.AST) -> None:
    node.__class__ = other.__class__  # type: ignore[assignment]
    node.__dict__.update(dict(ast.iter_fields(other)))


def _other(value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return value + "Z" if isinstance(value, str) else b"Z" + value  # type: ignore[operator]


class _Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module another body."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, fullname: str, path: object = None, target: object = None):
        return importlib.util.spec_from_loader(fullname, self, origin=str(self.path)) if fullname == self.name else None

    def exec_module(self, module) -> None:
        module.__file__ = str(self.path)
        exec(compile(ast.fix_missing_locations(self.tree), str(self.path), "exec"), module.__dict__)


def tested(module: str, tree: ast.Module, files: tuple[str, ...]) -> str:
    """What the tests say of a changed module: `survived`, `killed` or `hung`."""
    pid = os.fork()
    if not pid:
        _in_child(module, tree, files)
    deadline = time.monotonic() + SECONDS_A_MUTANT
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return "survived" if status == 0 else "killed"
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return "hung"


def _in_child(module: str, tree: ast.Module, files: tuple[str, ...]) -> None:
    code = 1
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        name = f"{PACKAGE}.{module}"
        sys.meta_path.insert(0, _Loader(name, ROOT / "src" / (name.replace(".", "/") + ".py"), tree))
        asked = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=1"]
        code = int(pytest.main([*asked, *(f"tests/letters/{file}" for file in files)]))
    finally:
        os._exit(1 if code else 0)


def verdict(module: str, tree: ast.Module) -> str:
    """The same of both rounds."""
    first = tested(module, tree, MODULES[module])
    if first != "survived":
        return first
    return "survived" if tested(module, tree, WIDE) == "survived" else "killed by the wider tests"


def main() -> None:
    parser = argparse.ArgumentParser(description="Changes one thing at a time and asks whether a test notices.")
    parser.add_argument("--each", type=int, default=12, help="how many mutants of each module")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--module", action="append", choices=sorted(MODULES), help="only these")
    said = parser.parse_args()
    os.chdir(ROOT)
    assert not any(name.startswith(PACKAGE) for name in sys.modules), "the mutants would not be seen"
    killed = total = 0
    for module in said.module or MODULES:
        tree = ast.parse((ROOT / "src" / "labbro" / "letters" / f"{module}.py").read_text())
        if tested(module, tree, MODULES[module]) != "survived":
            sys.exit(f"{module}: its tests fail without any change")
        every = places(tree)
        chosen = random.Random(f"{said.seed} {module}").sample(every, min(said.each, len(every)))
        found = 0
        for number, kind in chosen:
            about, changed = mutant(tree, number, kind)
            told = verdict(module, changed)
            found += told in KILLED
            if told not in KILLED:
                print(f"{module}, {about}", flush=True)
        print(f"{module}: {found} of {len(chosen)} killed ({len(every)} possible)", flush=True)
        killed, total = killed + found, total + len(chosen)
    print(f"{killed} of {total} killed: {killed / total:.0%}")


if __name__ == "__main__":
    main()
