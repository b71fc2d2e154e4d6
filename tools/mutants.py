"""Turn one thing round in the code and see whether a test of its room notices: `make mutants`.

    python tools/mutants.py --rooms kpis stats --most 40 --seed 0

A sample of mutants for each room, drawn with a seed; the tests of the room run on a copy of the
tree, two at a time. Survivors are printed with their line: kill them with a test, or say in
docs/mutants.md why they change nothing. (mutmut and cosmic-ray run every mutant of a room and take
hours; a sample that is drawn anew finds the same kinds in minutes.)
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).parents[1]
PACKAGE = "kpi_helpers"
ROOMS = {
    "kpis": ["tests/kpis"],
    "scoring": ["tests/scoring", "tests/kpis"],
    "stats": ["tests/stats"],
    "judging": ["tests/judging"],
    "reading/values": ["tests/reading"],
    "whatif": ["tests/whatif"],
}
SECONDS = 600  # a mutant that takes longer is caught as well
TURNED = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


@dataclass(frozen=True)
class Mutant:
    """One change: the file, the line, what stood there and what stands there now."""

    path: str
    line: int
    before: str
    after: str
    source: str


def places(tree: ast.AST):
    """Nodes that can be turned round, each with the function that does it (and undoes it)."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in TURNED:
            yield node, "op", TURNED[type(node.op)]()
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in TURNED:
            yield node, "ops", [TURNED[type(node.ops[0])](), *node.ops[1:]]
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield node, "value", node.value + 1
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield node, "value", not node.value


def mutants(room: str) -> list[Mutant]:
    """Every mutant of a room; a text that f-strings or docstrings hold is left alone."""
    found = []
    for path in sorted((ROOT / PACKAGE / room).rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        for node, name, value in list(places(tree)):
            old, before = getattr(node, name), ast.unparse(node)
            setattr(node, name, value)
            after, text = ast.unparse(node), ast.unparse(tree)
            setattr(node, name, old)
            where = str(path.relative_to(ROOT))
            found.append(Mutant(where, node.lineno, before, after, text))
    return found


def survives(mutant: Mutant, tests: list[str], copies: SimpleQueue) -> bool:
    """Whether the tests of the room pass all the same."""
    copy = copies.get()
    try:
        target = copy / mutant.path
        own = target.read_text(encoding="utf-8")
        target.write_text(mutant.source, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        ran = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, timeout=SECONDS, check=False
        )
        return ran.returncode == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        target.write_text(own, encoding="utf-8")
        copies.put(copy)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rooms", nargs="+", default=[*ROOMS], choices=[*ROOMS])
    options.add_argument("--most", type=int, default=40, help="mutants of a room")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--jobs", type=int, default=2)
    asked = options.parse_args()
    copies = SimpleQueue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.jobs) as pool:
        for number in range(asked.jobs):
            copy = Path(folder) / str(number)
            shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "reports"))
            copies.put(copy)
        for room in asked.rooms:
            every = mutants(room)
            as_it_is = every[0].path
            text = (ROOT / as_it_is).read_text(encoding="utf-8")
            if not survives(Mutant(as_it_is, 0, "", "", text), ROOMS[room], copies):
                sys.exit(f"The tests of {room} fail before anything is turned round.")
            drawn = random.Random(asked.seed).sample(every, min(asked.most, len(every)))
            left = pool.map(lambda one, room=room: survives(one, ROOMS[room], copies), drawn)
            alive = [one for one, lives in zip(drawn, left, strict=True) if lives]
            print(f"{room}: {len(alive)} of {len(drawn)} survive ({len(every):,} there are)")
            for one in sorted(alive, key=lambda one: (one.path, one.line)):
                print(f"  {one.path}:{one.line}: {one.before}  ->  {one.after}", flush=True)


if __name__ == "__main__":
    main()
