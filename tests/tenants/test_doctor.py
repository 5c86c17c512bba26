"""The doctor: quiet about a sound installation, clear about an unsound one."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from tenants import doctor, selftest
from tenants.backend.base import PLATFORM_ROLE, ROUTER_ROLE
from tenants.doctor import Finding, Level

pytestmark = pytest.mark.django_db


def _problems(findings: Iterator[Finding]) -> list[str]:
    return [finding.text for finding in findings if finding.level is Level.PROBLEM]


def test_the_self_test_knows_the_roles_of_the_backend() -> None:
    assert [role for role, _ in selftest.SIDES] == [PLATFORM_ROLE, ROUTER_ROLE]


@pytest.mark.parametrize("name", ["application_login", "doors", "isolation", "keys", "clock"])
def test_a_sound_installation_has_no_problem(name: str) -> None:
    assert _problems(getattr(doctor, name)()) == []


def test_a_pooler_that_mixes_sessions_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = psycopg.connect
    with connect(doctor._conninfo(), autocommit=True) as shared:

        @contextmanager
        def hand_out_the_same(*args: Any, **options: Any) -> Iterator[psycopg.Connection]:
            yield shared

        monkeypatch.setattr(selftest.psycopg, "connect", hand_out_the_same)
        findings = list(doctor.isolation())
    assert [finding.level for finding in findings] == [Level.PROBLEM]
    assert "pool_mode = session" in findings[0].text


def test_settings_that_lose_data_are_problems_and_slow_ones_warnings() -> None:
    found = list(doctor._judge_settings({"fsync": "off", "server_encoding": "UTF8", "jit": "on"}))
    assert found[0].level is Level.PROBLEM
    assert {finding.level for finding in found[1:]} == {Level.WARNING}
    assert all(finding.remedy for finding in found)


def test_a_missing_key_folder_is_a_problem(settings: Any, tmp_path: Path) -> None:
    settings.KEY_DIR = tmp_path / "gone"
    assert _problems(doctor.keys()) == [f"There is no key folder {tmp_path / 'gone'}."]


def test_a_check_that_cannot_run_does_not_stop_the_others(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Iterator[Finding]:
        raise psycopg.OperationalError("no route")

    monkeypatch.setattr(doctor, "clock", fail)
    settings.DOCTOR_CHECKS = ["tenants.doctor.clock", "tenants.doctor.disk"]
    found = list(doctor.examine())
    assert "no route" in found[0].text
    assert len(found) > 1


def test_the_command_fails_when_there_is_a_problem(settings: Any, tmp_path: Path) -> None:
    settings.KEY_DIR = tmp_path / "gone"
    settings.DOCTOR_CHECKS = ["tenants.doctor.keys"]
    said = io.StringIO()
    with pytest.raises(CommandError, match="1 problem"):
        call_command("doctor", stdout=said)
    assert "There is no key folder" in said.getvalue()
    assert "→" in said.getvalue()
