"""Settings: defaults, what each variable may be, and the key that is made and kept."""

import stat
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine import settings
from engine.accounts import server_account
from engine.errors import Invalid
from engine.settings import ROOT_DATA, VERSION, Settings, load


def test_everything_has_a_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    loaded = load({})
    assert (loaded.host, loaded.port, loaded.demo) == ("127.0.0.1", 8080, False)
    assert loaded.timezone == ZoneInfo("Asia/Shanghai")
    assert (loaded.database_url, loaded.database_port, loaded.handlers, loaded.ports) == ("", None, "handlers", None)


def test_every_variable_is_read(tmp_path: Path) -> None:
    for name in ("ports.yaml", "calendar.yaml"):
        (tmp_path / name).touch()
    loaded = load(
        {
            "TRUNKLINE_HOST": "0.0.0.0",
            "TRUNKLINE_PORT": "9090",
            "TRUNKLINE_DATA": str(tmp_path / "data"),
            "TRUNKLINE_DATABASE_URL": "postgresql://somebody:pw@db.example/trunkline",
            "TRUNKLINE_DATABASE_PORT": "15432",
            "TRUNKLINE_DEMO": "0",
            "TRUNKLINE_TIMEZONE": "UTC",
            "TRUNKLINE_TRUSTED_PROXY": "10.0.0.5",
            "TRUNKLINE_HANDLERS": "our.handlers",
            "TRUNKLINE_PORTS": str(tmp_path / "ports.yaml"),
            "TRUNKLINE_CALENDAR": str(tmp_path / "calendar.yaml"),
            "TRUNKLINE_SECRET_KEY": "k" * 32,
            "TRUNKLINE_LOG_LEVEL": "debug",
            "TRUNKLINE_HISTORY_MONTHS": "24",
        }
    )
    assert loaded == Settings(
        host="0.0.0.0",
        port=9090,
        data=tmp_path / "data",
        database_url="postgresql://somebody:pw@db.example/trunkline",
        database_port=15432,
        demo=False,
        timezone=ZoneInfo("UTC"),
        trusted_proxy="10.0.0.5",
        handlers="our.handlers",
        ports=tmp_path / "ports.yaml",
        calendar=tmp_path / "calendar.yaml",
        log_level="DEBUG",
        history_months=24,
        given_secret_key="k" * 32,
    )
    assert loaded.secret_key() == "k" * 32


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TRUNKLINE_PORT", "http"),
        ("TRUNKLINE_PORT", "0"),
        ("TRUNKLINE_PORT", "65536"),
        ("TRUNKLINE_PORT", "-1"),
        ("TRUNKLINE_DATABASE_PORT", "70000"),
        ("TRUNKLINE_DATABASE_URL", "mysql://localhost/trunkline"),
        ("TRUNKLINE_DEMO", "yes"),
        ("TRUNKLINE_TIMEZONE", "Mars/Olympus"),
        ("TRUNKLINE_TIMEZONE", "../etc/passwd"),
        ("TRUNKLINE_TRUSTED_PROXY", "*"),
        ("TRUNKLINE_TRUSTED_PROXY", "proxy.example"),
        ("TRUNKLINE_HANDLERS", "our/handlers.py"),
        ("TRUNKLINE_PORTS", "/nowhere/ports.yaml"),
        ("TRUNKLINE_SECRET_KEY", "short"),
        ("TRUNKLINE_LOG_LEVEL", "loud"),
        ("TRUNKLINE_HISTORY_MONTHS", "-1"),
        ("TRUNKLINE_HISTORY_MONTHS", "a year"),
        ("TRUNKLINE_HISTORY_MONTHS", "1201"),
    ],
)
def test_a_bad_value_is_refused_by_the_variables_name(variable: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        load({variable: value})
    assert refused.value.parameters["variable"] == variable


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "trunkline.example"])
def test_the_demo_listens_on_this_machine_only(host: str) -> None:
    with pytest.raises(Invalid) as refused:
        load({"TRUNKLINE_DEMO": "1", "TRUNKLINE_HOST": host})
    assert refused.value.code == "demo_host_not_loopback"
    assert load({"TRUNKLINE_HOST": host}).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "[::1]", "localhost"])
def test_the_demo_accepts_every_loopback(host: str) -> None:
    assert load({"TRUNKLINE_DEMO": "1", "TRUNKLINE_HOST": host}).demo


def test_secrets_are_not_shown() -> None:
    shown = repr(load({"TRUNKLINE_SECRET_KEY": "k" * 32, "TRUNKLINE_DATABASE_URL": "postgresql://u:hush@h/d"}))
    assert "kkk" not in shown
    assert "hush" not in shown
    with pytest.raises(Invalid) as refused:
        load({"TRUNKLINE_DATABASE_URL": "mysql://u:hush@h/d"})
    assert "hush" not in str(refused.value)


def test_data_is_beside_us_unless_the_servers_account_cannot_get_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o700)
    account = server_account()
    expected = tmp_path / ".trunkline" if account.is_ours else ROOT_DATA
    assert load({}).data == expected
    assert load({"TRUNKLINE_DATABASE_URL": "postgresql://h/d"}).data == tmp_path / ".trunkline"
    assert load({"TRUNKLINE_DATA": "elsewhere"}).data == tmp_path / "elsewhere"


def test_the_secret_key_is_made_once_and_kept_for_us_alone(tmp_path: Path) -> None:
    loaded = load({"TRUNKLINE_DATA": str(tmp_path / "data")})
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: loaded.secret_key(), range(24)))
    assert len(keys) == 1
    assert len(keys.pop()) >= settings.SHORTEST_KEY
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["secret_key"]


def test_another_folder_has_another_key(tmp_path: Path) -> None:
    one, two = (load({"TRUNKLINE_DATA": str(tmp_path / name)}).secret_key() for name in ("one", "two"))
    assert one != two


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
