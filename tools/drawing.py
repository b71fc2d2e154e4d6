"""The house as the imports draw it: rooms, floors, arrows and circles. `make drawing`.

python tools/drawing.py                        this tree
python tools/drawing.py --package NAME PATH    another one, such as a checkout of before
"""

import argparse
import sys
from collections import defaultdict
from pathlib import Path

import grimp


def rooms(graph: grimp.ImportGraph, package: str) -> dict[tuple[str, str], int]:
    """(from room, to room) -> how many imports; a room is a folder of the package, or a file that
    lies loose in it."""
    arrows: dict[tuple[str, str], int] = defaultdict(int)
    for module in graph.modules:
        for target in graph.find_modules_directly_imported_by(module):
            ends = tuple(_room(name, package) for name in (module, target))
            if ends[0] != ends[1] and package not in ends:
                arrows[ends] += 1
    return dict(arrows)


def _room(module: str, package: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else package


def circles(arrows: dict[tuple[str, str], int], names: set[str]) -> list[set[str]]:
    """Rooms that reach each other."""
    reach = {name: {name} for name in names}
    for _ in names:
        for start, end in arrows:
            reach[start] |= reach[end]
    together = {frozenset(n for n in names if n in reach[m] and m in reach[n]) for m in names}
    return [set(one) for one in together if len(one) > 1]


def floors(arrows: dict[tuple[str, str], int], names: set[str]) -> list[set[str]]:
    """Rooms by how far they stand above the ground; those of a circle share a floor."""
    home = {name: frozenset({name}) for name in names}
    for circle in circles(arrows, names):
        home |= dict.fromkeys(circle, frozenset(circle))
    below = defaultdict(set)
    for start, end in arrows:
        if home[start] != home[end]:
            below[home[start]].add(home[end])

    def height(circle: frozenset) -> int:
        return 1 + max(map(height, below[circle]), default=-1)

    levels = defaultdict(set)
    for name in names:
        levels[height(home[name])].add(name)
    return [levels[level] for level in sorted(levels, reverse=True)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("path", nargs="?", default=str(Path(__file__).parents[1]))
    options.add_argument("--package", default="kpi_helpers")
    asked = options.parse_args()
    sys.path.insert(0, asked.path)
    graph = grimp.build_graph(asked.package, cache_dir=None)
    arrows = rooms(graph, asked.package)
    names = {name for ends in arrows for name in ends}
    found = circles(arrows, names)
    levels = floors(arrows, names)
    loose = [
        n
        for n in names
        if f"{asked.package}.{n}" in graph.modules
        and not graph.find_children(f"{asked.package}.{n}")
    ]
    print(
        f"{len(names)} rooms ({len(loose)} of them single files) on {len(levels)} floors, "
        f"{len(arrows)} arrows, {sum(arrows.values())} imports, {len(found)} circles"
    )
    for number, level in zip(range(len(levels), 0, -1), levels, strict=True):
        print(f"{number:3}  {'  '.join(sorted(level))}")
    for circle in found:
        print(f"circle: {', '.join(sorted(circle))}")


if __name__ == "__main__":
    main()
