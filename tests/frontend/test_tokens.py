"""The tokens keep their promises: contrast in both themes, the figures of the elder modes."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "frontend" / "static" / "frontend" / "css"
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")

# (foreground, background): text needs 4.5 : 1.
TEXT_PAIRS = [
    *[
        (text, ground)
        for text in ("text", "muted", "primary", "primary-strong", "bad")
        for ground in ("page", "surface", "sunk")
    ],
    *[("text", f"{kind}-soft") for kind in ("primary", "good", "warn", "bad")],
    *[(kind, f"{kind}-soft") for kind in ("primary", "good", "warn", "bad")],
    ("primary-strong", "primary-soft"),
    ("on-primary", "primary"),
    ("on-primary", "primary-strong"),
    ("on-seal", "seal"),
    ("page", "text"),  # a toast
]
# Borders of controls, focus rings and bars need 3 : 1.
SHAPE_PAIRS = [
    ("edge", "page"),
    ("edge", "surface"),
    ("primary", "page"),
    ("primary", "sunk"),
    ("bad", "surface"),
]


def block(selector: str) -> dict[str, str]:
    """Return the declarations of the rule with exactly this selector."""
    match = re.search(rf"(?m)^\s*{re.escape(selector)} \{{(.*?)\}}", TOKENS, re.DOTALL)
    assert match, selector
    return dict(re.findall(r"(--[a-z0-9-]+|color-scheme):\s*([^;]+);", match[1]))


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


LIGHT = block(":root")
DARK = block(':root[data-theme="dark"]')


def test_the_dark_theme_is_the_same_whether_chosen_or_asked_for_by_the_device():
    assert block(':root:not([data-theme="light"])') == DARK


def test_the_dark_theme_replaces_every_colour():
    assert {name for name in LIGHT if name.startswith("--color-")} <= set(DARK)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [(*pair, 4.5) for pair in TEXT_PAIRS] + [(*pair, 3.0) for pair in SHAPE_PAIRS],
)
def test_contrast_meets_wcag_aa(theme, front, back, least):
    assert contrast(theme[f"--color-{front}"], theme[f"--color-{back}"]) >= least


@pytest.mark.parametrize(
    ("mode", "text", "target"), [("", 16, 44), ("elder", 20, 65), ("extra", 30, 97.5)]
)
def test_elder_modes_have_the_sizes_of_the_design_rule(mode, text, target):
    tokens = LIGHT | (block(f':root[data-elder="{mode}"]') if mode else {})
    size = 16 * float(tokens["--scale"])
    assert size == text
    assert float(tokens["--tap"].removesuffix("rem")) * size == target


def test_only_tokens_name_colours():
    for sheet in CSS.glob("*.css"):
        if sheet.name in {"tokens.css", "print.css"}:  # paper is white
            continue
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(", sheet.read_text()), sheet


def test_every_token_in_use_is_defined():
    known = set(LIGHT) | {"--bar"}  # the height of a bar, set where bars are drawn
    for sheet in CSS.glob("*.css"):
        assert set(re.findall(r"var\((--[a-z0-9-]+)", sheet.read_text())) <= known, sheet


def test_nothing_newer_than_the_oldest_window_computer():
    """Chromium 99 and Safari 15.4 know none of these."""
    newer = r"color-mix\(|oklch\(|light-dark\(|:has\(|@container|@property|@scope|^\s*&|\d[dsl]vh\b"
    for sheet in CSS.glob("*.css"):
        rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
        assert not re.search(newer, rules, re.MULTILINE), sheet
