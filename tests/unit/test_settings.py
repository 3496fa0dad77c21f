"""Settings: where a value comes from, which one wins, and how everything wrong is refused in one line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from hub.errors import SettingsError
from hub.settings import Settings, load

SECRET = {"HUIKE_SECRET_KEY": "0123456789abcdef"}


def read(environment: Mapping[str, str], toml: str | None = None, folder: Path | None = None) -> Settings:
    if toml is None or folder is None:
        return load(None, environment, {})
    path = folder / "huike.toml"
    path.write_text(toml, encoding="utf-8")
    return load(path, environment, {})


def test_nothing_set_gives_an_embedded_hub() -> None:
    settings = load(None, {}, {})
    assert settings.is_embedded
    assert settings.store_url == "sqlite:///data/huike.db"
    assert (settings.host, settings.port, settings.roles) == ("127.0.0.1", 8080, ("web", "router", "worker"))


def test_the_data_folder_moves_the_default_database() -> None:
    assert load(None, {}, {"data": "/srv/huike"}).store_url == "sqlite:////srv/huike/huike.db"


def test_file_gives_way_to_environment_and_environment_to_flags(tmp_path: Path) -> None:
    path = tmp_path / "huike.toml"
    path.write_text('port = 1111\nhost = "10.0.0.1"\nworkspace_name = "From file"\n[session]\ngrace_s = 5\n')
    settings = load(path, {"HUIKE_PORT": "2222", "HUIKE_HOST": "10.0.0.2"}, {"port": 3333})
    assert settings.port == 3333
    assert settings.host == "10.0.0.2"
    assert settings.workspace_name == "From file"
    assert settings.session.grace_s == 5


def test_one_nested_variable_leaves_its_neighbours_in_the_file(tmp_path: Path) -> None:
    toml = "[session]\ngrace_s = 5\nwrap_up_s = 7\n"
    settings = read({"HUIKE_SESSION__WRAP_UP_S": "9.5"}, toml, tmp_path)
    assert (settings.session.grace_s, settings.session.wrap_up_s) == (5, 9.5)


def test_the_environment_reaches_groups_and_lists() -> None:
    environment = {
        **SECRET,
        "HUIKE_LIMITS__INFLIGHT_WEBHOOKS": "7",
        "HUIKE_ROLES": "web,worker",
        "HUIKE_BUS": "redis://127.0.0.1:6379/0",
        "HUIKE_ADMIN_EMAIL": "boss@shop.example",
        "HUIKE_ADMIN_PASSWORD": "a good password",
        "HUIKE_LOG": "json",
    }
    settings = read(environment)
    assert settings.limits.inflight_webhooks == 7
    assert settings.roles == ("web", "worker")
    assert settings.admin.email == "boss@shop.example"
    assert settings.log == "json"
    assert not settings.is_embedded


def test_other_variables_and_the_password_are_not_settings() -> None:
    assert read({"HOME": "/root", "HUIKE_PASSWORD": "x", "HUIKEX": "1"}) == Settings()


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"HUIKE_PROT": "8080"}, "prot (HUIKE_PROT)"),
        ({"HUIKE_SESSION__GRACE": "5"}, "session.grace (HUIKE_SESSION__GRACE)"),
        ({"HUIKE_PORT": "many"}, "port"),
        ({"HUIKE_PORT": "70000"}, "port"),
        ({"HUIKE_LOG": "xml"}, "log"),
        ({"HUIKE_LOG_LEVEL": "loud"}, "log_level"),
        ({"HUIKE_ROLES": "web,cook"}, "roles"),
        ({"HUIKE_SESSION__ACCEPT_TIMEOUT_S": "0"}, "accept_timeout_s"),
        ({"HUIKE_SESSION": "5"}, "session"),
        ({"HUIKE_STORE": "postgres://x/y"}, "sqlite:///"),
        ({"HUIKE_BUS": "kafka://x"}, "redis://"),
        ({"HUIKE_STORE": "mongodb://127.0.0.1/huike"}, "HUIKE_SECRET_KEY"),
        ({"HUIKE_BUS": "redis://127.0.0.1"}, "HUIKE_SECRET_KEY"),
        ({"HUIKE_SECRET_KEY": "short"}, "16 characters"),
        ({"HUIKE_ADMIN_EMAIL": "boss@shop.example"}, "HUIKE_ADMIN_PASSWORD"),
        ({"HUIKE_ADMIN_PASSWORD": "a good password"}, "HUIKE_ADMIN_EMAIL"),
        ({**SECRET, "HUIKE_STORE": "mongodb://127.0.0.1/huike", "HUIKE_ROLES": "web"}, "redis://"),
    ],
)
def test_wrong_settings_are_refused_in_one_line_that_names_them(environment: Mapping[str, str], says: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        read(environment)
    assert says in refusal.value.detail
    assert "\n" not in refusal.value.detail


def test_all_unknown_keys_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        read({"HUIKE_ONE": "1", "HUIKE_LIMITS__TWO": "2"})
    assert "HUIKE_ONE" in refusal.value.detail
    assert "HUIKE_LIMITS__TWO" in refusal.value.detail


def test_a_group_and_a_key_in_it_at_once_are_refused_not_crashed_on() -> None:
    for environment in (
        {"HUIKE_SESSION": "5", "HUIKE_SESSION__GRACE_S": "5"},
        {"HUIKE_SESSION__GRACE_S": "5", "HUIKE_SESSION": "5"},
    ):
        with pytest.raises(SettingsError):
            read(environment)


@pytest.mark.parametrize("toml", ["port = ", "[session\n", 'session = "x"', "sesion = {}", "port = true"])
def test_a_wrong_file_is_refused_in_one_line(tmp_path: Path, toml: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        read({}, toml, tmp_path)
    assert "\n" not in refusal.value.detail


def test_a_file_that_is_named_and_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing\.toml"):
        load(tmp_path / "missing.toml", {}, {})


def test_secrets_do_not_stand_in_a_refusal() -> None:
    with pytest.raises(SettingsError) as refusal:
        read({"HUIKE_SECRET_KEY": "s3cret", "HUIKE_PORT": "x"})
    assert "s3cret" not in refusal.value.detail
