"""Build static/vendor/ from the npm packages: the files that the pages load.

Run it after ``npm ci`` as ``python -m server.assets``. It wipes the folder
first, so that nothing stays from an older version.
"""

import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

SOCKET_IO = "socket.io-client/dist/socket.io.esm.min.js"

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
)  # fmt: skip

RENAMED: dict[str, str] = {"help-circle": "circle-question-mark"}

# Drawn here: the door that stands for a place where people meet.
OWN_ICONS: dict[str, str] = {
    "arch": '<path d="M4 21V11a8 8 0 0 1 16 0v10"/><path d="M9 21v-8a3 3 0 0 1 6 0v8"/>',
}

# Beside the modules, so that a type check reads the types of their packages.
TYPES = {
    "socket.io": 'export * from "socket.io-client";\nexport { default } from "socket.io-client";\n',
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


def licence_of(package: str) -> str:
    """What a package that brings no licence file says of its licence."""
    said = json.loads(source(f"{package}/package.json").read_text(encoding="utf-8"))
    return f"{said['name']} {said['version']}, licence {said['license']}, {said['homepage']}\n"


def build() -> list[Path]:
    """Write static/vendor/ anew; returns the files written."""
    texts = {"socket.io.js": script(SOCKET_IO), "icons.svg": sprite()}
    texts |= {f"{name}.d.ts": text for name, text in TYPES.items()}
    texts |= {f"rrweb-{name}.js": script(f"@rrweb/{name}/dist/{name}.js") for name in RRWEB}
    copies = {name: source(f"{package}/files/{name}") for package, names in FONTS for name in names}
    copies |= {name: source(f"dejavu-fonts-ttf/ttf/{name}") for name in PRINTED}
    copies["rrweb-replay.css"] = source("@rrweb/replay/dist/style.css")
    texts["licences/rrweb.txt"] = licence_of("@rrweb/record")
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
        written = build()
    except MissingPackage as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(written)} files in {VENDOR.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
