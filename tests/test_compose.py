"""deploy/compose.yaml, held against the specification and against the image."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.commands import run_python
from tests.test_container import DEPLOY, ROOT, environment
from tests.test_deploy import settings


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return loaded


def test_the_compose_file_fits_the_specification() -> None:
    checked = run_python(
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        str(DEPLOY / "compose.yaml"),
        cwd=ROOT,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("name", ["adaptbot", "postgres"])
def test_every_service_has_few_rights_and_bounds(name: str) -> None:
    service = compose()["services"][name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["restart"] == "unless-stopped"
    assert {"mem_limit", "stop_grace_period", "logging"} <= set(service)
    assert not {"privileged", "network_mode", "pid", "cap_add"} & set(service)


def test_the_bot_writes_to_its_volume_only_and_is_reached_from_this_machine_only() -> None:
    bot = compose()["services"]["adaptbot"]
    assert bot["read_only"]
    assert [place.partition(":")[0] for place in bot["tmpfs"]] == ["/tmp"]  # noqa: S108 - of the container
    home = environment()["ADAPTBOT_HOME"]
    assert bot["environment"]["ADAPTBOT_HOME"] == home
    assert [volume.split(":")[1] for volume in bot["volumes"]] == [home]
    assert all(port.startswith("127.0.0.1:") for port in bot["ports"])
    assert bot["build"]["dockerfile"] == "deploy/Dockerfile"
    names = {name for name in bot["environment"] if name.startswith(("ADAPTBOT_", "SLACK_"))}
    assert names <= settings()


def test_no_password_is_given_by_default() -> None:
    for service in compose()["services"].values():
        for name, value in service["environment"].items():
            if "PASSWORD" in name:
                assert value in ("", "${POSTGRES_PASSWORD:-}")


def test_postgresql_is_started_on_request_only_and_waited_for() -> None:
    services = compose()["services"]
    assert services["postgres"]["profiles"] == ["postgres"]
    assert "ports" not in services["postgres"]
    waits = services["adaptbot"]["depends_on"]["postgres"]
    assert waits == {"condition": "service_healthy", "required": False}
    assert services["postgres"]["healthcheck"]["test"][1] == "pg_isready"
