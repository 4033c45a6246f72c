"""The ports file: what is right is read, what is wrong is refused with place and remedy."""

from pathlib import Path

import pytest

from engine.work.ports import PortsError, load_ports

GOOD = """
ports:
  mail:
    options: {host: smtp.example.cn, port: 587, sender: {name: 响应中心, mail: crc@example.cn}}
    secrets: {password: {env: TEST_MAIL_PASSWORD}, key: {file: keys/mail.key}}
  empty: {}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "ports.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_ports_come_with_options_and_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/mail.key").write_text("from a file\n")
    monkeypatch.setenv("TEST_MAIL_PASSWORD", "from the environment")
    ports = load_ports(str(written(tmp_path, GOOD)))
    assert ports.keys() == {"mail", "empty"}
    assert ports["mail"].options["sender"]["name"] == "响应中心"
    assert ports["mail"].secret("password") == "from the environment"
    # Relative to the file, not to the folder the worker was started in.
    assert ports["mail"].secret("key") == "from a file"
    assert dict(ports["empty"].options) == {}


def test_a_secret_that_is_missing_does_not_keep_the_other_ports_from_loading(tmp_path: Path) -> None:
    assert "mail" in load_ports(written(tmp_path, GOOD))


@pytest.mark.parametrize(
    ("text", "key", "remedy"),
    [
        ("ports: {mail: [", "line 1", "correct the indentation"),
        ("- a\n", "ports", "write `ports:`"),
        ("ports: 3\n", "ports", "write `ports:`"),
        ("ports: {}\nport: {}\n", "port", "move or remove"),
        ("ports: {mail: smtp}\n", "ports.mail", "give it `options:`"),
        ("ports: {mail: {host: h}}\n", "ports.mail.host", "under `options` or `secrets`"),
        ("ports: {mail: {options: [1]}}\n", "ports.mail.options", "one `name: value`"),
        ("ports: {mail: {secrets: x}}\n", "ports.mail.secrets", "{env: NAME}"),
        ("ports: {mail: {secrets: {password: hunter2}}}\n", "ports.mail.secrets.password", "never the secret itself"),
        ("ports: {mail: {secrets: {p: {env: A, file: B}}}}\n", "ports.mail.secrets.p", "{env: NAME} or {file: PATH}"),
        ("ports: {mail: {secrets: {p: {vault: A}}}}\n", "ports.mail.secrets.p", "{env: NAME} or {file: PATH}"),
        ("ports: {mail: {secrets: {p: {env: 3}}}}\n", "ports.mail.secrets.p.env", "name the environment variable"),
        ("ports: {mail: {options: {password: hunter2}}}\n", "ports.mail.options.password", "move it to `secrets`"),
        (
            "ports: {d: {options: {a: [{community: hunter2}]}}}\n",
            "ports.d.options.a.0.community",
            "move it to `secrets`",
        ),
        ("ports: {i: {options: {url: 'http://me:hunter2@host/'}}}\n", "ports.i.options.url", "take the account out"),
        ("ports: {m: {options: {a: !!python/object/apply:os.getcwd []}}}\n", "line 1", "correct"),
        ("ports:\n  mail: {options: {since: 2026-13-01}}\n", "line 2", "correct"),
        pytest.param("[" * 9999, "", "correct", id="deep"),
    ],
)
def test_a_wrong_file_is_refused_with_place_and_remedy(tmp_path: Path, text: str, key: str, remedy: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(PortsError) as caught:
        load_ports(path)
    words = str(caught.value)
    assert words.startswith(f"{path}: {key}: " if key else f"{path}: ")
    assert remedy in words
    assert "hunter2" not in words


def test_an_unreadable_file_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(PortsError, match=r"none\.yaml: cannot be read .*TRUNKLINE_PORTS"):
        load_ports(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"ports: {a: {options: {b: \xff}}}")
    with pytest.raises(PortsError, match="UTF-8"):
        load_ports(tmp_path / "latin.yaml")
