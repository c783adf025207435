"""Names the lines of templates and styles that are longer than 120, for `make check`: formatters leave some."""

import sys
from pathlib import Path

LONGEST = 120
FILES = ("templates/**/*.html", "static/css/*.css")


def main() -> int:
    found = 0
    for path in sorted(path for pattern in FILES for path in Path().glob(pattern)):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if len(line) > LONGEST:
                print(f"{path}:{number}: {len(line)} characters, at most {LONGEST}")
                found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
