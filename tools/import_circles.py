"""Finds files that import each other, directly or through others, and names each circle; for `make check`."""

import sys

import grimp

PACKAGES = ("rooms", "signaling", "server")


def circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """The groups of modules each of which reaches every other (Tarjan, 1972: strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in imports[module]:
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            group = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(group) > 1:
                found.append(sorted(group))

    for module in sorted(imports):
        if module not in index:
            visit(module)
    return found


def main() -> int:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    found = circles({module: graph.find_modules_directly_imported_by(module) for module in graph.modules})
    for group in found:
        print(f"These files import each other: {', '.join(group)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
