"""kiosk.toml: every problem in one message, and never a secret in any."""

from pathlib import Path
from typing import Final

import pytest

from kiosk.config import ConfigError, KioskConfig, read_config

PASSWORD: Final = "hunter2-of-the-kiosk"  # noqa: S105 - a canary to look for
BATCH_KEY: Final = "ba7c" * 16
CARD_KEY: Final = "ca4d" * 16
SECRETS: Final = (PASSWORD, BATCH_KEY, CARD_KEY)

GOOD: Final = {
    "name": '"Kiosk 1"',
    "device": '"00c0ffee00c0ffee"',
    "body": '"amal"',
    "body_key": f'"{"0b" * 32}"',
    "fair": '"rabat-2024"',
    "booth": '"bank-1"',
    "region": '"04"',
    "broker": '"mqtt://192.168.1.10"',
    "password": f'"{PASSWORD}"',
    "batch_key": f'"{BATCH_KEY}"',
    "card_key": f'"{CARD_KEY}"',
    "card_key_id": "2",
}


def write(path: Path, **changes: str | None) -> Path:
    lines = [f"{key} = {value}" for key, value in {**GOOD, **changes}.items() if value is not None]
    file = path / "kiosk.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def problems(file: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_config(file)
    told = str(caught.value)
    assert all(problem in told for problem in caught.value.problems)
    assert not any(secret in told + repr(caught.value) for secret in SECRETS)
    assert "kiosk add" in told, "it says what to do next"
    return caught.value.problems


def test_a_good_file(tmp_path: Path) -> None:
    config = read_config(write(tmp_path))
    assert (config.name, config.device, config.body, config.fair) == (
        "Kiosk 1",
        "00c0ffee00c0ffee",
        "amal",
        "rabat-2024",
    )
    assert (config.broker.host, config.broker.port, config.broker.tls) == ("192.168.1.10", 1883, False)
    assert (config.password, config.card_key_id, config.region) == (PASSWORD, 2, "04")
    assert (config.batch_seed.hex(), config.card_seed.hex()) == (BATCH_KEY, CARD_KEY)
    assert config.data == tmp_path / "kiosk.data"


def test_region_and_data_may_be_left_out_or_given(tmp_path: Path) -> None:
    assert read_config(write(tmp_path, region=None)).region == "00"
    assert read_config(write(tmp_path, data='"elsewhere"')).data == tmp_path / "elsewhere"
    assert read_config(write(tmp_path, data=f'"{tmp_path}/far"')).data == tmp_path / "far"


def test_a_byte_order_mark_from_an_editor_does_no_harm(tmp_path: Path) -> None:
    file = write(tmp_path)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert read_config(file).name == "Kiosk 1"


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        *((key, None, f"{key} is missing") for key in GOOD if key != "region"),
        *((key, '""', f"{key} must be a text in quotes") for key in GOOD if key != "card_key_id"),
        *((key, "7", f"{key} must be a text in quotes") for key in GOOD if key != "card_key_id"),
        ("device", '"00C0FFEE00C0FFEE"', "device must be 16 hexadecimal digits"),
        ("device", '"00c0ffee00c0ffee\\n"', "device must be 16 hexadecimal digits"),
        ("device", '"+"', "device must be 16 hexadecimal digits"),
        ("body", '"a/b"', "body must be a name of a-z, 0-9 and dashes"),
        ("fair", '"#"', "fair must be a name of a-z, 0-9 and dashes"),
        ("booth", '"Bank 1"', "booth must be a name of a-z, 0-9 and dashes"),
        ("region", '"+"', "region must be a name of a-z, 0-9 and dashes"),
        ("body_key", '"0b"', "body_key must be a key of 64 hexadecimal digits"),
        ("batch_key", f'"{BATCH_KEY[:-1]}"', "batch_key must be a key of 64 hexadecimal digits"),
        ("card_key", f'"{CARD_KEY.upper()}"', "card_key must be a key of 64 hexadecimal digits"),
        ("card_key_id", '"2"', "card_key_id must be a number from 1 to 65535"),
        ("card_key_id", "0", "card_key_id must be a number from 1 to 65535"),
        ("card_key_id", "65536", "card_key_id must be a number from 1 to 65535"),
        ("card_key_id", "true", "card_key_id must be a number from 1 to 65535"),
        ("card_key_id", "2.0", "card_key_id must be a number from 1 to 65535"),
        ("broker", f'"http://me:{PASSWORD}@host"', "broker: a broker looks like"),
        ("broker", f'"mqtt://me:{PASSWORD}@host:99999"', "broker: a broker looks like"),
        ("broker", '"192.168.1.10"', "broker: a broker looks like"),
        ("pasword", f'"{PASSWORD}"', "pasword is not a setting of a kiosk: remove the line"),
        ("data", "7", "data must be a text in quotes"),
    ],
)
def test_one_problem_is_told_once(tmp_path: Path, key: str, value: str | None, problem: str) -> None:
    found = problems(write(tmp_path, **{key: value}))
    assert len(found) == 1
    assert found[0].startswith(problem)


def test_all_problems_stand_in_one_message(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(f'device = "x"\npassword = 1\nbatch_key = "{BATCH_KEY}!"\nnonsense = 1\n')
    found = problems(file)
    assert len(found) == len(GOOD) - 1 + 1  # each but region, which has a default; and nonsense
    assert {problem.split()[0].rstrip(":") for problem in found} == {*GOOD, "nonsense"} - {"region"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "name is missing"),
        (f'password = "{PASSWORD}'.encode(), "it is not TOML"),
        (f"password = {PASSWORD}\n".encode(), "it is not TOML"),
        (b'name = "\xff"', "it is not TOML"),
        (b"\0" * 100, "it is not TOML"),
        (b'name = "a"\nname = "b"', "it is not TOML"),
    ],
)
def test_what_is_no_kiosk_toml_is_said_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_bytes(content)
    assert problems(file)[0].startswith(words)


def test_a_missing_or_unreadable_file_is_said_in_words(tmp_path: Path) -> None:
    assert problems(tmp_path / "none.toml") == ["it cannot be read (No such file or directory)"]
    assert problems(tmp_path) == ["it cannot be read (Is a directory)"]


def test_the_message_names_the_file_but_not_where_it_lies(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^none\.toml cannot be used") as caught:
        read_config(tmp_path / "none.toml")
    assert str(tmp_path) not in str(caught.value)


def test_a_config_shows_who_it_is_and_no_secret(tmp_path: Path) -> None:
    config: KioskConfig = read_config(write(tmp_path, broker=f'"mqtt://me:{PASSWORD}@host"'))
    for shown in (repr(config), str(config), f"{config}", repr([config]), repr(config.broker)):
        assert not any(secret in shown for secret in SECRETS)
        assert repr(config.batch_seed) not in shown
    assert "00c0ffee00c0ffee" in repr(config)


@pytest.mark.parametrize("name", ["", "kiosk", "HP_LaserJet-4", "طابعة"])
def test_a_printer_may_be_named(tmp_path: Path, name: str) -> None:
    assert read_config(write(tmp_path)).printer == ""
    assert read_config(write(tmp_path, printer=f'"{name}"')).printer == name


@pytest.mark.parametrize("name", ['"two words"', '"a/b"', '"a#b"', '"a\\nb"', "7", "true", f'"{"x" * 128}"'])
def test_what_cannot_be_a_printers_name_is_told(tmp_path: Path, name: str) -> None:
    [told] = problems(write(tmp_path, printer=name))
    assert told == "printer must be the name of a printer, as lpstat -p shows it"
