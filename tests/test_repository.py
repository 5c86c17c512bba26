"""What must hold for the repository itself: bans, names, sizes, links."""

import ast
import importlib.util
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ["platform", "tenants", "crm", "frontend"]
PACKAGES = [
    "common",
    "audit",
    "accounts",
    "jobs",
    "network",
    "config",
    "tenants",
    "crm",
    "frontend",
]

# Raw SQL is written here and nowhere else; each says why in its own words.
RAW_SQL = {
    "crm/people/bulk.py",
    "frontend/probes/views.py",
    "platform/audit/services.py",
    "platform/common/copying.py",
    "platform/common/ratelimit.py",
    "platform/config/environment.py",
    "platform/config/launch.py",
    "platform/jobs/upkeep.py",
}
# Markup made by the program, from parts that were escaped or drawn from a wheel.
MARKED_SAFE = {
    "frontend/templatetags/ui.py",
    "frontend/accounts/qr.py",
    "frontend/people/rows.py",
}
CACHES = {"lru_cache", "cache"}


def python_files(*folders):
    return [
        path
        for folder in folders or SOURCES
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def bans(source, name="crm/people/example.py"):
    """Return what is banned in the source of one module, as ``line: sentence``."""
    tree = ast.parse(source)
    imports_models = any(
        isinstance(node, ast.ImportFrom) and (node.module or "").endswith("models")
        for node in ast.walk(tree)
    )
    found = []
    for node in ast.walk(tree):
        for check in (banned_tenancy, banned_sql, banned_calls):
            found += [f"{node.lineno}: {what}" for what in check(node, name)]
        if isinstance(node, ast.FunctionDef) and imports_models:
            found += [
                f"{node.lineno}: a cache beside models outlives its tenant"
                for decorator in node.decorator_list
                if last_name(decorator) in CACHES
            ]
    return found


def last_name(node):
    """Return the last part of a dotted name, also of one that is called."""
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def banned_tenancy(node, name):
    """Ways into a tenant that restore the wrong one under threads (attack 2)."""
    if isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            if isinstance(item.context_expr, ast.Name | ast.Attribute) and re.search(
                "tenant|site|north|south", last_name(item.context_expr)
            ):
                yield "`with tenant:` restores the wrong tenant; use tenants.context.inside"
    imported = []
    if isinstance(node, ast.ImportFrom):
        imported = [node.module or "", *(alias.name for alias in node.names)]
    elif isinstance(node, ast.Import):
        imported = [alias.name for alias in node.names]
    if {"schema_context", "tenant_context"} & set(imported):
        yield "`schema_context` shares one instance between threads"
    if any(part.split(".")[0] == "django_tenants" for part in imported) and not name.startswith(
        "tenants/"
    ):
        yield "only tenants/ knows django-tenants"


def banned_sql(node, name):
    """SQL that could be built from input (attack 15)."""
    if not isinstance(node, ast.Call):
        return
    called = last_name(node)
    is_method = isinstance(node.func, ast.Attribute)
    may_write_sql = name in RAW_SQL or name.startswith("tenants/")
    copies = called == "copy" and is_method and "cursor" in last_name(node.func.value)
    if ((called in {"execute", "executemany"} and is_method) or copies) and not may_write_sql:
        yield "raw SQL outside the allowed modules"
    if called == "RawSQL" or (called in {"raw", "extra"} and is_method and node.args):
        yield f"`{called}` takes SQL as text"
    if called == "extra" and is_method and node.keywords:
        yield "`extra` takes SQL as text"
    if called in {"order_by", "values", "values_list", "only", "annotate", "filter"} and any(
        isinstance(inner, ast.Name) and inner.id == "request" and spells_a_name(argument)
        for argument in [*node.args, *(k.value for k in node.keywords if k.arg is None)]
        for inner in ast.walk(argument)
    ):
        yield f"`{called}` takes a column's name from the request"


def spells_a_name(argument):
    """Say whether an argument is data from the request itself, not a condition made of it."""
    return not (isinstance(argument, ast.Call) and last_name(argument) in {"Q", "F", "Value"})


def banned_calls(node, name):
    """Calls that leak or that outlive a request."""
    is_inner = isinstance(node, ast.Attribute) and node.attr == last_name(node.value)
    if is_inner and node.attr == "connection" and not name.startswith("tenants/"):
        yield "`connection.connection` bypasses role and path"
    if not isinstance(node, ast.Call):
        return
    called = last_name(node)
    if called == "cache_page":
        yield "`cache_page` keeps pages beyond their tenant and visitor"
    if called == "mark_safe" and name not in MARKED_SAFE:
        yield "`mark_safe` outside the component library"
    if called == "print" and isinstance(node.func, ast.Name) and "/management/" not in name:
        yield "`print` writes where nobody looks; log or return"


@pytest.mark.parametrize(
    "source",
    [
        "with tenant:\n    pass",
        "with request.tenant:\n    pass",
        "from django_tenants.utils import schema_context",
        "from tenants.somewhere import tenant_context",
        "import django_tenants.utils",
        "cursor.execute('SELECT 1')",
        "with cursor.copy('COPY x FROM STDIN') as copy: ...",
        "Person.objects.raw('SELECT 1')",
        "Person.objects.extra(where=['1=1'])",
        "RawSQL('1', [])",
        "people.order_by(request.GET['sort'])",
        "people.values(*request.GET.getlist('c'))",
        "people.filter(**request.GET)",
        "connection.connection.cursor()",
        "@cache_page(60)\ndef view(): ...",
        "mark_safe(name)",
        "print('here')",
        "from crm.people.models import Person\n@lru_cache\ndef people(): ...",
        "from accounts.models import User\n@functools.lru_cache(maxsize=1)\ndef users(): ...",
    ],
)
def test_each_ban_sees_what_it_bans(source):
    assert bans(source)


@pytest.mark.parametrize(
    "source",
    [
        "with inside(tenant):\n    pass",
        "people.filter(name=request.GET['q'])",
        "functools.cache(is_known)(code)",
        "settings.copy()",
    ],
)
def test_no_ban_hits_what_is_allowed(source):
    assert bans(source) == []


def test_nothing_banned_is_in_the_program():
    found = {
        str(path.relative_to(ROOT)): wrong
        for path in python_files()
        if (wrong := bans(path.read_text(), str(path.relative_to(ROOT))))
    }
    assert found == {}


def test_the_list_of_modules_with_sql_is_not_longer_than_needed():
    for name in RAW_SQL:
        assert bans((ROOT / name).read_text(), "elsewhere.py"), name
    for name in MARKED_SAFE:
        assert "mark_safe(" in (ROOT / name).read_text(), name


def test_platform_is_a_folder_and_not_a_package():
    assert list((ROOT / "platform").glob("*.py")) == []
    import platform

    assert Path(platform.__file__).is_relative_to(sys.base_prefix)


def test_no_name_in_platform_shadows_the_standard_library():
    names = {path.name for path in (ROOT / "platform").iterdir() if path.is_dir()}
    assert not names & set(sys.stdlib_module_names)


@pytest.mark.parametrize("package", PACKAGES)
def test_our_packages_are_imported_from_our_folder(package):
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert Path(spec.origin or next(iter(spec.submodule_search_locations))).is_relative_to(ROOT)


def test_the_wheel_names_every_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert {Path(path).name for path in wheel} == set(PACKAGES)


def test_no_file_is_too_long_to_read():
    files = [
        path
        for folder in [*SOURCES, "tests", "benchmarks"]
        for ending in ["py", "css", "js", "html"]
        for path in (ROOT / folder).rglob(f"*.{ending}")
        if "vendor" not in path.parts and "migrations" not in path.parts
    ]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def test_nothing_is_left_for_later():
    words = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    found = [str(path) for path in python_files() if words.search(path.read_text())]
    assert found == []


def test_links_in_the_documents_lead_somewhere():
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in documents
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text())
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert broken == []


# --- attack 30: dependencies and assets --------------------------------------------------------


def test_every_locked_file_has_a_hash():
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    ours = [package for package in lock["package"] if "registry" not in package["source"]]
    assert [package["name"] for package in ours] == ["qiaojia"]
    files = [
        file
        for package in lock["package"]
        for file in [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
    ]
    assert len(files) > 100
    assert [file["url"] for file in files if not file.get("hash", "").startswith("sha256:")] == []
    bootstrap = (ROOT / "requirements-bootstrap.txt").read_text()
    assert re.search(r"^uv==\S+", bootstrap, re.MULTILINE)
    assert "--hash=sha256:" in bootstrap


EXTERNAL = re.compile(
    r"""(?:src|href|action|poster|data|hx-[a-z]+)\s*=\s*["']?\s*(?:https?:)?//
    |url\(\s*["']?(?:https?:)?//
    |@import\s+["'](?:https?:)?//
    |(?:import|fetch|importScripts|XMLHttpRequest|EventSource)\s*\(?\s*["'](?:https?:)?//""",
    re.VERBOSE,
)


@pytest.mark.parametrize(
    "text",
    ['<script src="https://cdn.example/x.js">', "url(//cdn.example/f.woff2)", 'fetch("http://x")'],
)
def test_an_address_elsewhere_is_seen(text):
    assert EXTERNAL.search(text)


def test_pages_and_assets_ask_nobody_else():
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for folder in SOURCES
        for ending in ["html", "css", "js", "svg", "txt"]
        for path in (ROOT / folder).rglob(f"*.{ending}")
        for match in EXTERNAL.finditer(path.read_text())
    ]
    assert found == []
