"""Names the classes that the styles know and nothing wears, and those that are worn and mean nothing; for `make check`.

A class is worn where it stands in a class attribute, or as a word of a string in an expression or a script.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

STYLES = "static/css/*.css"
TEMPLATES = "templates/**/*.html"
SCRIPTS = "static/js/**/*.js"
MODULES = "server/**/*.py"
TESTS = "tests/**/*.py"
GIVEN_BY_OTHERS = {"replayer-wrapper"}
"""Classes that the front-end packages give to what they draw."""

COMMENT = re.compile(r"/\*.*?\*/|\{#.*?#\}", re.DOTALL)
LINE_COMMENT = re.compile(r"(?<!:)//.*")
SELECTOR = re.compile(r"([^{};]+)\{")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
WORD = re.compile(r"[A-Za-z_][\w-]*")
STRING = re.compile(r'"[^"\n]*"|\'[^\'\n]*\'|`[^`]*`')
SENTENCE = re.compile(r"""\b(?:_|ngettext|say)\(\s*(?:(?:"[^"]*"|'[^']*')[\s,]*)+""")
EXPRESSION = re.compile(r"\{[{%].*?[}%]\}", re.DOTALL)
ATTRIBUTE = re.compile(r'\bclass="((?:\{\{.*?\}\}|[^"])*)"', re.DOTALL)


def texts(pattern: str) -> Iterator[str]:
    for path in sorted(Path().glob(pattern)):
        yield SENTENCE.sub("", COMMENT.sub("", path.read_text()))


def words(found: Iterable[str]) -> set[str]:
    return {word for text in found for word in WORD.findall(text)}


def styled() -> set[str]:
    """The classes in the selectors of the styles."""
    found = set()
    for text in texts(STYLES):
        for selector in SELECTOR.findall(text):
            if not selector.strip().startswith("@"):
                found |= set(CLASS.findall(STRING.sub("", selector)))
    return found


def written() -> set[str]:
    """The words of the class attributes, without what an expression in them says."""
    attributes = (
        value for pattern in (TEMPLATES, MODULES) for text in texts(pattern) for value in ATTRIBUTE.findall(text)
    )
    return words(EXPRESSION.sub(" ", value) for value in attributes)


def said() -> set[str]:
    """The words of the strings in the templates' expressions and in the scripts: the classes are among them."""
    expressions = (part for text in texts(TEMPLATES) for part in EXPRESSION.findall(text))
    scripts = (LINE_COMMENT.sub("", text) for text in texts(SCRIPTS))
    return words(string for text in (*expressions, *scripts) for string in STRING.findall(text))


def main() -> int:
    known = styled()
    unused = known - written() - said() - GIVEN_BY_OTHERS
    looked_for = words(text for pattern in (SCRIPTS, TESTS) for text in texts(pattern))
    for name in sorted(unused):
        print(f"no template, script or module wears the class {name}")
    meaningless = written() - known - looked_for
    for name in sorted(meaningless):
        print(f"no style, script or test knows the class {name}")
    return 1 if unused or meaningless else 0


if __name__ == "__main__":
    sys.exit(main())
