"""What stands under the name of a secret and is none stays, beside what is one."""

import pytest

from cloudtape.cassettes.scrubbing.secrets import Table
from cloudtape.cassettes.scrubbing.walk import Walker


def scrubbed(text: str) -> str:
    return Walker(Table(), lambda _rule, _secret, _place: "*").text(text, "")


@pytest.mark.parametrize(
    "text",
    [
        "password = os.environ['DB_WORD']",
        "password = os.getenv('DB_WORD')",
        "password = get_password('web-1')",
        "<pre>password = get_password(&#x27;web-1&#x27;)</pre>",
        "[db]\nhost = a\npassword = settings.get('web-1')\n",
        'PASSWORD="${DB_WORD}"',
        "password: '{{ vault_word }}'",
        "config:\n  password: '{{ vault_word }}'\n  a: 1\n",
        '{"config": {"password": "{{ vault_word }}"}}',
        "admin_pass: {get_param: word_42}",
        "admin_pass: {get_attr: [random_42, value]}",
        '{"admin_pass": {"Ref": "Word42"}}',
        "password: must have at least eight characters, see https://c.example.org/token",
        "passwd: password updated successfully for web-7",
        "secret: see http://barbican.example.org/v1/secrets/1d95b468-a284-472f-a0d3-d3909ca23e31",
        "kubectl get secret web-tls-42 -o yaml",
        "kubectl describe secret web-tls-42",
        "s3cmd --access_key=AB12 ls",
        '{"certificate": "MIIDXzCCAkegAwIBAgIUMMSr+NeWFNck5CvZ7HP0heR+OqPRhmsPw=="}',
        '{"changePassword": {"reason": "it was 4711 days old"}}',
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert scrubbed(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "password = «os.environ-V4lue»",
        "password = «get(V4lue»",
        'PASSWORD="«${DB_WORD}x»"',
        "password: '«{{ V4lue»'",
        'PASSWORD="${DB_WORD:-«V4lue42»}"',
        "password: «mustard-V4lue»",
        "password: «must4»",
        "config:\n  password: «see4sea V4lue»\n",
        "passphrase: «correct horse battery staple»",
        "the secret «s3cr3t-V4lue» is told",
        "s3cmd --access_key=«AB12CD34» ls",
        '{"password": "«must have at least eight»"}',
        '{"admin_pass": {"value": "«word42»"}}',
        "/opt/app --api-key «-T92hu6rafOX15IkxwGT6J6» --verbose",
        "/opt/app --s3-store-key «T92hu6raf» --verbose",
    ],
)
def test_what_only_looks_like_it_is_a_secret(text: str) -> None:
    secret = text[text.index("«") + 1 : text.index("»")]
    assert secret not in scrubbed(text.replace("«", "").replace("»", ""))


def test_an_option_behind_another_one_is_no_value() -> None:
    assert scrubbed("app --password --listen-on-port-8080 x") == "app --password --listen-on-port-8080 x"
