"""Measure: ``python -m benchmarks [names]`` prints ``name ratio target ok|short`` lines.

A name is a module of this package with ``run() -> Iterable[Figure]``, or the beginning of one.
Exits with 1 if a figure is short.
"""

import importlib
import pkgutil
import sys
from contextlib import ExitStack

import benchmarks
from benchmarks.database import prepare

HELPERS = {"__main__", "database", "figures", "population", "sites"}


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; return the exit status."""
    modules = sorted(
        module.name
        for module in pkgutil.iter_modules(benchmarks.__path__)
        if module.name not in HELPERS
        and (not names or any(module.name.startswith(name) for name in names))
    )
    if not modules:
        print(f"There is no benchmark called {' '.join(names)}.", file=sys.stderr)
        return 2
    short = False
    with ExitStack() as stack:
        prepare(stack)
        for module in modules:
            for figure in importlib.import_module(f"benchmarks.{module}").run():
                print(figure, flush=True)
                short |= not figure.is_reached
    return int(short)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
