"""Build static/vendor/ from the npm packages, and static/built/ from our own scripts and styles: what the pages load.

Run it after ``npm ci`` as ``python -m server.assets``. It wipes both folders first, so that nothing stays from an older
version. The bundles are those of esbuild: one style sheet, one script a page and what several pages share. Whatever is
text also lies there as brotli and gzip compress it.
"""

import gzip
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import brotli

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
STATIC = ROOT / "static"
VENDOR = STATIC / "vendor"
BUILT = STATIC / "built"

SOCKET_IO = "socket.io-client/dist/socket.io.esm.min.js"
IDIOMORPH = "idiomorph/dist/idiomorph.esm.js"
TEXT = (".js", ".css", ".svg", ".wasm")
"""What is sent compressed."""

FONTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "@fontsource-variable/bricolage-grotesque",
        (
            "bricolage-grotesque-latin-wght-normal.woff2",
            "bricolage-grotesque-latin-ext-wght-normal.woff2",
        ),
    ),
    (
        "@fontsource-variable/atkinson-hyperlegible-next",
        (
            "atkinson-hyperlegible-next-latin-wght-normal.woff2",
            "atkinson-hyperlegible-next-latin-ext-wght-normal.woff2",
            "atkinson-hyperlegible-next-latin-wght-italic.woff2",
            "atkinson-hyperlegible-next-latin-ext-wght-italic.woff2",
        ),
    ),
)

# For letters to print: the fonts of the pages are cut up for browsers, and names come from everywhere.
PRINTED: tuple[str, ...] = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")

# Looking at a page together: recorded in one browser, drawn in the other.
RRWEB = ("record", "replay")

LICENCES: tuple[tuple[str, str], ...] = (
    ("socket.io-client/LICENSE", "socket.io-client.txt"),
    ("@fontsource-variable/bricolage-grotesque/LICENSE", "bricolage-grotesque.txt"),
    (
        "@fontsource-variable/atkinson-hyperlegible-next/LICENSE",
        "atkinson-hyperlegible-next.txt",
    ),
    ("lucide-static/LICENSE", "lucide-static.txt"),
    ("dejavu-fonts-ttf/LICENSE", "dejavu.txt"),
    ("uplot/LICENSE", "uplot.txt"),
    ("barcode-detector/LICENSE", "barcode-detector.txt"),
    ("zxing-wasm/LICENSE", "zxing-wasm.txt"),
)

# The id of each symbol in icons.svg. RENAMED says where lucide names it otherwise.
ICONS: tuple[str, ...] = (
    "search", "mic", "mic-off", "video", "video-off", "phone", "message-circle",
    "users", "user", "log-out", "log-in", "maximize", "settings", "x", "check",
    "clock", "bell", "door-open", "door-closed", "file-text", "briefcase",
    "map-pin", "pause", "play", "plus", "pencil", "trash-2", "eye", "flag",
    "circle-alert", "info", "globe", "mail", "arrow-left", "arrow-right",
    "megaphone", "star", "captions", "hand", "calendar", "shield", "chevron-down",
    "circle-check", "triangle-alert", "refresh-cw", "wifi", "wifi-off", "ban",
    "volume-2", "send", "monitor", "link", "upload", "building-2", "help-circle", "download",
    "copy", "bookmark", "list-checks", "activity", "qr-code", "printer",
)  # fmt: skip

RENAMED: dict[str, str] = {"help-circle": "circle-question-mark"}

# Drawn here: the door that stands for a place where people meet.
OWN_ICONS: dict[str, str] = {
    "arch": '<path d="M4 21V11a8 8 0 0 1 16 0v10"/><path d="M9 21v-8a3 3 0 0 1 6 0v8"/>',
}

# Beside the modules, so that a type check reads the types of their packages.
TYPES = {
    "socket.io": 'export * from "socket.io-client";\nexport { default } from "socket.io-client";\n',
    "idiomorph": 'export * from "idiomorph";\n',
    "barcode-detector": 'export * from "barcode-detector/ponyfill";\n',
    "uplot.esm": 'export { default } from "uplot";\n',
    "rrweb-record": 'export * from "@rrweb/record";\n',
    "rrweb-replay": 'export * from "@rrweb/replay";\n',
}

STROKE = 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'


class MissingPackage(Exception):
    """A file that a package should hold is not there."""


def source(path: str) -> Path:
    """The file at this path in node_modules."""
    found = MODULES / path
    if not found.is_file():
        raise MissingPackage(f"node_modules/{path} is not there. Run: npm ci")
    return found


def icon_body(name: str) -> str:
    """What stands between <svg …> and </svg> in one lucide icon, on one line."""
    text = source(f"lucide-static/icons/{name}.svg").read_text(encoding="utf-8")
    match = re.search(r"<svg\b[^>]*>(.*)</svg>", text, re.DOTALL)
    if match is None:
        raise MissingPackage(f"lucide-static/icons/{name}.svg holds no drawing.")
    return re.sub(r"\s+/>", "/>", re.sub(r">\s+<", "><", match.group(1).strip()))


def sprite() -> str:
    """All icons as one SVG file of symbols."""
    bodies = {name: icon_body(RENAMED.get(name, name)) for name in ICONS} | OWN_ICONS
    symbols = "\n".join(
        f'<symbol id="{name}" viewBox="0 0 24 24" {STROKE}>{body}</symbol>' for name, body in bodies.items()
    )
    note = "<!-- Icons of lucide, ISC licence: see licences/lucide-static.txt -->"
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{note}\n{symbols}\n</svg>\n'


def script(path: str) -> str:
    """A module of a package, without the pointer to a map that is not served."""
    text = source(path).read_text(encoding="utf-8")
    return re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", text)


def bundled(path: str) -> str:
    """A module of a package together with what it imports from others."""
    options = ("--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=warning")
    program = (sys.executable, "tools/node_from_pypi.py", str(source("esbuild/bin/esbuild")))
    made = subprocess.run([*program, *options, str(source(path))], check=True, cwd=ROOT, capture_output=True)  # noqa: S603
    return made.stdout.decode()


def licence_of(package: str) -> str:
    """What a package that brings no licence file says of its licence."""
    said = json.loads(source(f"{package}/package.json").read_text(encoding="utf-8"))
    return f"{said['name']} {said['version']}, licence {said['license']}, {said['homepage']}\n"


def bundle() -> list[Path]:
    """Write static/built/ anew; returns the files written."""
    shutil.rmtree(BUILT, ignore_errors=True)
    pages = sorted(path for path in (STATIC / "js" / "pages").glob("*.js") if path.name != "page.js")
    about = BUILT / "imports.json"
    options = (
        f"--metafile={about}", "--bundle", "--minify", "--splitting", "--format=esm", "--target=es2022",
        "--log-level=warning", "--chunk-names=shared-[hash]", "--entry-names=[name]", "--external:*.woff2",
        f"--outdir={BUILT}",
    )  # fmt: skip
    script = source("esbuild/bin/esbuild")
    command = [sys.executable, "tools/node_from_pypi.py", str(script), *options, *map(str, pages)]
    styles = (str(STATIC / "css" / name) for name in ("parvis.css", "dark.css"))
    subprocess.run([*command, *styles], check=True, cwd=ROOT)  # noqa: S603
    about.write_text(json.dumps(imports(json.loads(about.read_text()))))
    return sorted(BUILT.iterdir())


def imports(metafile: dict[str, Any]) -> dict[str, list[str]]:
    """Page -> the shared scripts that it cannot begin without (esbuild's metafile, static imports alone)."""
    outputs = {Path(path).name: about for path, about in metafile["outputs"].items()}

    def needed(name: str) -> set[str]:
        at_once = [each for each in outputs[name]["imports"] if each["kind"] == "import-statement"]
        names = {Path(each["path"]).name for each in at_once}
        return names.union(*map(needed, names))

    pages = [name for name in outputs if name.endswith(".js") and not name.startswith("shared-")]
    return {Path(name).stem: sorted(needed(name)) for name in pages}


def is_stale() -> bool:
    """Whether a script or a style sheet is younger than the bundles."""
    sources = [path for folder in ("js", "css") for path in (STATIC / folder).rglob("*.*")]
    built = (BUILT / "parvis.css").stat().st_mtime if (BUILT / "parvis.css").exists() else 0
    return built < max(path.stat().st_mtime for path in sources)


def compress(paths: Iterable[Path]) -> None:
    """Beside each text its brotli and gzip, which aiohttp sends to browsers that take them."""
    for path in paths:
        if path.suffix not in TEXT:
            continue
        content = path.read_bytes()
        path.with_name(f"{path.name}.br").write_bytes(brotli.compress(content))
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content, mtime=0))


def vendor() -> list[Path]:
    """Write static/vendor/ anew; returns the files written."""
    texts = {"socket.io.js": script(SOCKET_IO), "idiomorph.js": script(IDIOMORPH), "icons.svg": sprite()}
    texts["uplot.esm.js"] = script("uplot/dist/uPlot.esm.js")
    texts["barcode-detector.js"] = bundled("barcode-detector/dist/es/ponyfill.js")
    texts["uplot.js"] = script("uplot/dist/uPlot.iife.min.js")
    texts |= {f"{name}.d.ts": text for name, text in TYPES.items()}
    texts |= {f"rrweb-{name}.js": script(f"@rrweb/{name}/dist/{name}.js") for name in RRWEB}
    copies = {name: source(f"{package}/files/{name}") for package, names in FONTS for name in names}
    copies |= {name: source(f"dejavu-fonts-ttf/ttf/{name}") for name in PRINTED}
    copies["zxing_reader.wasm"] = source("zxing-wasm/dist/reader/zxing_reader.wasm")
    copies["uplot.css"] = source("uplot/dist/uPlot.min.css")
    copies["rrweb-replay.css"] = source("@rrweb/replay/dist/style.css")
    texts["licences/rrweb.txt"] = licence_of("@rrweb/record")
    texts["licences/idiomorph.txt"] = licence_of("idiomorph")
    copies |= {f"licences/{name}": source(path) for path, name in LICENCES}

    shutil.rmtree(VENDOR, ignore_errors=True)
    (VENDOR / "licences").mkdir(parents=True)
    for name, text in texts.items():
        (VENDOR / name).write_text(text, encoding="utf-8")
    for name, path in copies.items():
        shutil.copyfile(path, VENDOR / name)
    return sorted(VENDOR / name for name in (*texts, *copies))


def main() -> int:
    if not MODULES.is_dir():
        print("node_modules is not there. Run this first: npm ci", file=sys.stderr)
        return 1
    try:
        written = vendor() + bundle()
        compress(written)
    except MissingPackage as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(written)} files in static/vendor and static/built")
    return 0


if __name__ == "__main__":
    sys.exit(main())
