"""Documents set by typst, from a template beside this module and data that is only ever text.

The font comes from the package `noto-cjk-sans-otc` (extra ``pdf``, which ``./run`` installs) or
from Debian's fonts-noto-cjk; the same file. Other fonts of the machine are never used, so that a
document looks the same everywhere. Without it nothing is set: typst would leave 汉字 out silently.
"""

import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst

from crm.people.printing.errors import FontMissingError

FONT = "Noto Sans CJK SC"
_TEMPLATES = Path(__file__).parent / "templates"
_PACKAGE = "noto_cjk_sans_otc"
_SYSTEM = Path("/usr/share/fonts/opentype/noto")
_FONT_FILE = "NotoSansCJK-Regular.ttc"
# Pixels an inch: a page of A4 is as wide as two phones.
_PICTURE = 110.0


def font_folder() -> Path | None:
    """Return the folder that holds the font; None if it is not on this machine."""
    spec = find_spec(_PACKAGE)
    folders = [Path(spec.origin).parent] if spec and spec.origin else []
    return next((place for place in [*folders, _SYSTEM] if (place / _FONT_FILE).is_file()), None)


def can_typeset() -> bool:
    """Say whether documents can be set here. Reads the font the first time, some 40 ms."""
    return _fonts() is not None


def pdf(template: str, data: Mapping[str, Any], *, now: dt.datetime) -> bytes:
    """Return a tagged PDF (PDF/UA-1) with its fonts inside.

    Args:
        template: a file in ``templates``.
        data: JSON; texts stand in the document as they are.
        now: the time that the document gives as its own.

    Raises:
        FontMissingError: no font with 汉字.
    """
    compiler = _compiler(template, data)
    document: bytes = compiler.compile(
        format="pdf", pdf_standards="ua-1", timestamp=now.replace(microsecond=0)
    )
    return document


def pictures(template: str, data: Mapping[str, Any]) -> list[bytes]:
    """Return each page as PNG; otherwise as `pdf`."""
    pages: bytes | list[bytes] = _compiler(template, data).compile(format="png", ppi=_PICTURE)
    return [pages] if isinstance(pages, bytes) else pages


def _compiler(template: str, data: Mapping[str, Any]) -> Any:
    fonts = _fonts()
    if fonts is None:
        raise FontMissingError
    return typst.Compiler(
        str(_TEMPLATES / template),
        root=str(_TEMPLATES),
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )


@cache
def _fonts() -> Any:
    folder = font_folder()
    if folder is None:
        return None
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
    )
    return fonts if FONT in fonts.families() else None
