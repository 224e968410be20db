"""Secrets in YAML that no single line tells."""

import pytest

from cloudtape.cassettes.scrubbing.secrets import Table
from cloudtape.cassettes.scrubbing.walk import Walker


def scrubbed(text: str) -> str:
    return Walker(Table(), lambda _rule, _secret, _place: "*").text(text, "")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (
            "resources:\n  user_data: |\n    config:\n      password: |\n        V4lue77\n      user: a\n  name: web\n",
            'resources:\n  user_data: |\n    config:\n      password: |\n        *\n      user: a\n  name: web\n',
        ),
        (
            "a:\n  notes: |-\n    b:\n      text: |\n        secret: >-\n          V4lue77\n  c: d\n",
            "a:\n  notes: |-\n    b:\n      text: |\n        secret: >-\n          *\n  c: d\n",
        ),
        ("{data: {login: V4lue77}, kind: Secret, metadata: {name: db}}\n", '{data: {login: "*"}, kind: Secret, metadata: {name: db}}\n'),
        ("{r: {attributes: {value: V4lue77}, id: db_password}}\n", '{r: {attributes: {value: "*"}, id: db_password}}\n'),
        ('{t: "b:\\n  password: |\\n    V4lue77\\n", c: d}\n', '{t: "b:\\n  password: |\\n    *\\n", c: d}\n'),
        ("a: 'mysql -p''V4lue77'' db'\n", "a: 'mysql -p''*'' db'\n"),
        ("data:\n  a: V4lue77\n  b: [V4lue78]\nkind: Secret\n", 'data:\n  a: "*"\n  b: ["*"]\nkind: Secret\n'),
    ],
)  # fmt: skip
def test_a_secret_is_found_where_several_lines_tell_it(text: str, clean: str) -> None:
    assert scrubbed(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "a:\n  notes: |\n    b: c\n\n    d: e\n  f: g\n",
        "data:\n  login: web\nkind: ConfigMap\n",
        "a:\n  notes: |+\n    b:\n      c: |\n        d\n\n\n",
    ],
)
def test_what_holds_no_secret_stays_as_it_is(text: str) -> None:
    assert scrubbed(text) == text


@pytest.mark.parametrize("sign", ["\x1b[0;32m", "\x00", "\x7f", "\ufffe"])
def test_what_no_yaml_may_hold_hides_nothing(sign: str) -> None:
    text = f"boot\r\nconfig:\n  secret: >-\n    Pl4nted~V4lue\n  user: admin\n\r\n{sign}login: "
    assert scrubbed(text) == text.replace("Pl4nted~V4lue", "*")
