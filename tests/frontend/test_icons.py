"""Every icon that is named exists; an unknown name would raise while a page is being made."""

import re
from pathlib import Path

import pytest
from lucide.templatetags.lucide import lucide

from frontend import navigation
from frontend.templatetags import ui

FRONTEND = Path(ui.__file__).resolve().parents[1]
# {% icon "users" %}, {% kpi … icon="users" %}, {% lucide "users" %}.
IN_TEMPLATES = re.compile(r"""{%\s*(?:icon|lucide)\s+"([a-z0-9-]+)"|\bicon="([a-z0-9-]+)\"""")

# icon: str = "inbox", _icon("x", 20), and (gettext("Label"), "app:page", "icon").
IN_MODULES = re.compile(r"""(?:\bicon: str = |_icon\(|"\), "[a-z:_]+", )"([a-z0-9-]+)\"""")


def named_icons() -> set[str]:
    found = {place.icon for place in (*navigation.SITE, *navigation.PLATFORM)}
    found |= set(ui.NOTICE_ICONS.values())
    for template in FRONTEND.rglob("*.html"):
        for match in IN_TEMPLATES.finditer(template.read_text(encoding="utf-8")):
            found.add(match[1] or match[2])
    for module in FRONTEND.rglob("*.py"):
        source = module.read_text(encoding="utf-8")
        found |= set(IN_MODULES.findall(source))
    return found


@pytest.mark.parametrize("name", sorted(named_icons()))
def test_the_icon_exists(name):
    assert lucide(name).startswith("<svg")
