"""compose.yaml and the Dockerfile: no literal secret, no needless privilege, health everywhere."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ENDS_BY_ITSELF = {"migrate": "the others wait for its exit code"}
SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|(^|_)KEY$|DATABASE_(ADMIN_)?URL$")
FROM_ENVIRONMENT = re.compile(r"\$\{[A-Z_]+:\?[^}]+\}")


def _environment(name: str) -> dict[str, str]:
    return {key: str(value) for key, value in SERVICES[name].get("environment", {}).items()}


def test_the_services_are_the_processes_of_run() -> None:
    processes = {"db", "migrate", "web", "worker", "provisioner", "scheduler"}
    assert {name for name, service in SERVICES.items() if "profiles" not in service} == processes


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_how_it_is(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    if name in ENDS_BY_ITSELF:
        assert check == {"disable": True}
        assert SERVICES[name]["restart"] == "no"
    else:
        assert check["test"][0] in {"CMD", "CMD-SHELL"}
        assert {"interval", "timeout", "retries"} <= set(check)


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_come_from_the_environment_and_are_required(name: str) -> None:
    for key, value in _environment(name).items():
        if not SECRET_NAME.search(key):
            continue
        if key.endswith("URL"):
            value = re.fullmatch(r"postgresql://\w+:(.+)@.+", value)[1]  # type: ignore[index]
        assert FROM_ENVIRONMENT.fullmatch(value), f"{name}: {key} must be ${{…:?message}}"


def test_only_two_services_may_make_roles_and_schemas() -> None:
    privileged = {name for name in SERVICES if "DATABASE_ADMIN_URL" in _environment(name)}
    assert privileged == {"migrate", "provisioner"}
    knowing = {name for name in SERVICES if "POSTGRES_PASSWORD" in str(_environment(name))}
    assert knowing == {"db", "migrate", "provisioner"}


def test_pgbouncer_pools_sessions_only_and_only_on_demand() -> None:
    bouncer = SERVICES["pgbouncer"]
    assert bouncer["profiles"] == ["scale"]
    assert bouncer["environment"]["POOL_MODE"] == "session"
    version = re.search(r":v?(\d+)\.(\d+)", bouncer["image"])
    assert version is not None
    assert (int(version[1]), int(version[2])) >= (1, 20)


def test_only_the_web_goes_through_pgbouncer() -> None:
    for name in ("worker", "provisioner", "scheduler", "migrate"):
        assert "@db:5432" in _environment(name)["DATABASE_URL"]
    assert "${WEB_DATABASE_HOST:-db}" in _environment("web")["DATABASE_URL"]


def test_only_the_web_is_reachable_and_from_this_machine_only() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned(name: str) -> None:
    assert re.search(r":v?\d+\.\d+", SERVICES[name]["image"])


def test_the_database_is_postgresql_18() -> None:
    assert SERVICES["db"]["image"].startswith("postgres:18")


def test_keys_live_outside_the_database_and_its_volume() -> None:
    assert SERVICES["db"]["volumes"] == ["database:/var/lib/postgresql"]
    for name in ("web", "worker", "provisioner"):
        assert "keys:/keys" in SERVICES[name]["volumes"]


def test_the_application_has_no_privileges_and_a_read_only_disk() -> None:
    for name, service in SERVICES.items():
        if service["image"].startswith("qiaojia:"):
            assert service["cap_drop"] == ["ALL"], name
            assert service["read_only"] is True, name


def test_every_variable_is_explained_in_the_example() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "compose.yaml").read_text("utf-8")))
    example = (ROOT / ".env.example").read_text("utf-8")
    explained = set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE))
    assert asked <= explained


def test_the_example_holds_no_secret() -> None:
    for line in (ROOT / ".env.example").read_text("utf-8").splitlines():
        name, _, value = line.partition("=")
        if SECRET_NAME.search(name) and not line.startswith("#"):
            assert value == "", name


def test_the_image_runs_as_nobody_special_with_pinned_bases() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM")]
    assert all(re.search(r":\d+\.\d+", base) for base in bases)
    assert [line for line in lines if line.startswith("USER")] == ["USER qiaojia"]
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    assert not any(re.match(r"(ARG|ENV).*(PASSWORD|SECRET)", line) for line in lines)
