"""For `make check`: files and functions that can be read in one sitting."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MODULE, TEST, FUNCTION = 300, 400, 40
"""The most lines of each."""
MODULES = ("rooms", "signaling", "server")
TESTS = ("tests",)
MIGRATIONS = Path("server/migrations/versions")
"""What a migration does is a list of steps, in the order in which it does them."""


@dataclass(frozen=True)
class TooLong:
    where: str
    lines: int
    most: int

    def __str__(self) -> str:
        return f"{self.where}: {self.lines} lines, at most {self.most}"


def main() -> int:
    found = [
        *(each for folder in MODULES for path in sources(folder) for each in too_long(path, MODULE)),
        *(each for folder in TESTS for path in sources(folder) for each in too_long(path, TEST)),
        *(each for path in sources("tools") for each in too_long(path, MODULE)),
    ]
    for each in found:
        print(each)
    return 1 if found else 0


def sources(folder: str) -> Iterator[Path]:
    return (path for path in sorted(Path(folder).rglob("*.py")) if MIGRATIONS not in path.parents)


def too_long(path: Path, most: int) -> Iterator[TooLong]:
    text = path.read_text()
    lines = text.count("\n")
    if lines > most:
        yield TooLong(str(path), lines, most)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION:
                yield TooLong(f"{path}:{node.lineno} {node.name}", length, FUNCTION)


if __name__ == "__main__":
    sys.exit(main())
