"""The Chinese catalogue is whole, in step with the sources, and written as Chinese is written.

After adding or changing a text, make the catalogue anew, translate, and compile it:

    python manage.py makemessages -l zh_Hans --add-location file --no-obsolete --no-wrap \
        -i .venv -i var -i tests -i staticfiles -i benchmarks
    python manage.py compilemessages -l zh_Hans -i .venv

A bare machine has no msgfmt, so the compiled catalogue is kept beside the readable one.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.utils import translation
from django.utils.dates import MONTHS
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
PO = ROOT / "frontend" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
ENTRIES = list(polib.pofile(str(PO)))
SOURCE_FOLDERS = ("platform", "tenants", "crm", "frontend")

# What each function's leading arguments are: c is the context, s the singular, p the plural.
SHAPES = {"_": "s", "gettext": "s", "ngettext": "sp", "pgettext": "cs", "npgettext": "csp"}
SUFFIX = re.compile("_(?:lazy|noop)$")
STRING = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
IN_TEMPLATES = re.compile(rf"\b(_|n?p?gettext)\(({STRING}(?:, {STRING})*)(?:,\s*count)?\)")

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
HAN = r"[\u3400-\u9fff]"
# A full stop before Latin letters begins the name of a kind of file, as in “另存为.xlsx”.
HALF_WIDTH = re.compile(rf"""{HAN}[,;:!?()"']|[,;:!?("']{HAN}|{HAN}\.(?![a-z])|{HAN} +{HAN}""")
LATIN_WORDS = {
    *("AA", "Cookie", "GB", "JavaScript", "MB", "PDF", "PIN", "T", "WCAG"),
    *("Idempotency", "Key", "If", "Match", "version", "csv", "xls", "xlsx", "ods"),
    *("a", "z", "siming", "zeng"),
}
# A question can be a label in Chinese: “用途” asks “What is it for?” in two characters.
FULL_WIDTH_END = {".": "。", "!": "！", ":": "："}
LONGEST_SENTENCE = 45  # Chinese characters; one breath of somebody who reads aloud


def texts_of(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def calls_in_module(source: str) -> Iterator[tuple[str, list[str]]]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
        name = function.id if isinstance(function, ast.Name) else function
        if isinstance(name, str) and (plain := SUFFIX.sub("", name)) in SHAPES:
            given = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            yield plain, given[: len(SHAPES[plain])]


def calls_in_template(source: str) -> Iterator[tuple[str, list[str]]]:
    for match in IN_TEMPLATES.finditer(templatize(source)):
        given = ast.literal_eval(f"({match[2]},)")
        yield match[1], list(given)


def texts_in_sources() -> set[tuple[str | None, str]]:
    found = set()
    for folder in SOURCE_FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix == ".py":
                calls = calls_in_module(path.read_text(encoding="utf-8"))
            elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
                calls = calls_in_template(path.read_text(encoding="utf-8"))
            else:
                continue
            for name, given in calls:
                named = dict(zip(SHAPES[name], given, strict=False))
                if "s" in named:
                    found.add((named.get("c"), named["s"]))
    return found


def test_the_catalogue_is_in_step_with_the_sources():
    known = {(entry.msgctxt, entry.msgid) for entry in ENTRIES}
    sources = texts_in_sources()
    assert sorted(map(str, sources - known)) == [], "not in the catalogue: run makemessages"
    assert sorted(map(str, known - sources)) == [], "in no source any more: run makemessages"


def test_no_function_goes_by_a_name_that_the_extraction_does_not_know():
    aliases = [
        f"{path.relative_to(ROOT)}: {alias.asname}"
        for folder in SOURCE_FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.asname not in {None, "_"}
    ]
    assert aliases == []


def test_every_text_is_translated():
    left = [e.msgid for e in ENTRIES if not e.translated() or e.fuzzy or e.obsolete]
    assert left == []


def test_the_compiled_catalogue_is_in_step():
    compiled = {
        (entry.msgctxt, entry.msgid): texts_of(entry)
        for entry in polib.mofile(str(PO.with_suffix(".mo")))
    }
    assert compiled == {(entry.msgctxt, entry.msgid): texts_of(entry) for entry in ENTRIES}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.msgid[:40])
def test_a_translation_keeps_the_rules(entry):
    for text in texts_of(entry):
        wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        assert set(PLACEHOLDER.findall(text)) == wanted
        prose = PLACEHOLDER.sub("0", text)
        assert not HALF_WIDTH.search(prose), text
        assert set(re.findall(r"[A-Za-z]+", prose)) <= LATIN_WORDS, text
        assert "你" not in text, "people are addressed with 您"
        sentences = [re.findall(HAN, part) for part in re.split("[。？！]", prose)]
        assert max(map(len, sentences)) <= LONGEST_SENTENCE, text
        end = FULL_WIDTH_END.get(entry.msgid[-1])
        assert end is None or text.endswith(end), text


def test_words_of_two_meanings_do_not_change_what_comes_with_django():
    with translation.override("zh-hans", deactivate=True):
        assert str(MONTHS[5]) == "五月"
        assert translation.gettext("Today") == "今日"
        assert translation.gettext("Elder mode") == "长辈版"
