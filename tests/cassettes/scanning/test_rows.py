"""Each row of the tables of phrases, forms and names finds something: of a kind of the planter, or of a text here."""

import base64
from random import Random

import pytest

from cloudtape.cassettes.scanning.forms import FORMS, forms
from cloudtape.cassettes.scanning.names import Names
from cloudtape.cassettes.scanning.phrases import PHRASES, phrases
from cloudtape.cassettes.scanning.rows import table
from tests.planter import kinds

SECRET = "Pl4nted-S3cret9"
KINDS = {kind.name: kind for kind in kinds.load()}
# The rule, and the kind of the planter that it finds.
OF_PHRASES = {
    "curl-user": "curl-user",
    "mysql-p": "mysql-p",
    "mysqladmin": "cloud-config-runcmd",
    "identified-by": "mysql-identified",
    "sshpass": "sshpass",
    "htpasswd": "htpasswd",
    "docker-login": "docker-login",
    "swarm-token": "docker-swarm",
    "passwd-stdin": "passwd-stdin",
    "chpasswd": "chpasswd-pipe",
    "chpasswd-list": "chpasswd-list",
    "sudo-stdin": "sudo-stdin",
    "useradd-p": "useradd-crypt",
    "snmpwalk": "snmpwalk",
    "ipmitool": "ipmitool",
    "iscsiadm": "iscsiadm",
    "snmpd-user": "snmpd-conf",
    "snmpd-community": "snmp-rocommunity",
    "redis-cli": "redis-cli",
    "requirepass": "redis-requirepass",
    "rabbitmqctl": "rabbitmqctl",
    "mongo-p": "mongo",
    "ldap-w": "ldapsearch",
    "smbclient": "smbclient",
    "openssl-pass": "openssl-passin",
    "keytool": "keytool",
    "vault-login": "vault-login",
    "swift-k": "swift-cli",
    "net-user": "net-user",
    "secure-string": "powershell",
    "winrs": "winrm-basic",
    "virsh-secret": "libvirt-secret",
    "virsh-secret-bare": "libvirt-secret",
    "login-p": "mysql-p",
    "pgpass": "pgpass",
    "pgpass-line": "pgpass",
    "netrc": "netrc",
    "ipsec-psk": "ipsec-secrets",
    "haproxy-auth": "haproxy-stats",
    "haproxy-user": "haproxy-user",
    "ntlm": "ntlm-dump",
    "preseed": "preseed",
    "kickstart": "kickstart",
    "kickstart-user": "wget-password",
    "grub": "grub",
    "cisco": "cisco-enable",
    "junos": "juniper",
    "key-statement": "dhcp-omapi",
    "hidden-parameter": "heat-template-hidden",
    "parameter-default": "heat-template-default",
    "variable-default": "terraform-variable",
    "expect-send": "expect-script",
    "password-list": "log-cloud-init",
    "php-define": "php-define",
    "html-password": "html-password",
    "rclone-key": "ceph-keyring",
    "basic-auth": "proxy-authorization",
    "bearer": "header-list",
    "bearer-protocol": "header-websocket-protocol",
    "negotiate": "header-negotiate",
    "digest": "header-digest",
    "aws-signature": "software-deployment-signal",
    "aws-v2": "header-aws2",
    "user-info": "glance-swift-location",
    "user-token": "git-token-url",
    "git-credential": "glance-swift-location",
    "webhook-slack": "slack-webhook",
    "webhook-discord": "discord-webhook",
    "webhook-teams": "teams-webhook",
    "webhook-trigger": "senlin-webhook",
    "telegram-url": "telegram-bot-url",
    "console-ticket": "mks",
    "code-in-query": "oidc-redirect",
    "reversed-field": "websso-form-reversed",
}
OF_FORMS = {
    "vault": "form-vault",
    "openai-project": "form-openai-project",
    "private-key": "stack-output-key-row",
    "putty-key": "form-putty-key",
    "age-key": "form-age",
    "fernet-token": "sns-subscription-auth",
    "json-web-token": "kubeconfig-token",
    "swift-token": "header-x-auth-token-answer",
    "ceph-key": "ceph-connection",
    "crypt": "useradd-crypt",
    "bcrypt": "form-bcrypt",
    "argon2": "form-argon2",
    "passlib": "form-pbkdf2",
    "ldap-hash": "form-ssha",
    "aws-access-key": "form-aws-id",
    "google-oauth": "form-google-oauth",
    "google-client": "form-google-client",
    "telegram": "telegram-bot-url",
    "discord": "form-discord",
    "hugging-face": "form-huggingface",
    "new-relic": "form-newrelic",
    "tailscale": "tailscale",
    "k3s": "k3s-join",
    "pkcs12": "octavia-pkcs12",
    "pem-in-base64": "kubernetes-tls-secret",
}
TEXTS_OF_PHRASES = {
    "keytool-key": f"keytool -genkeypair -alias a -keypass {SECRET}",
    "cisco-user": f"username admin privilege 15 secret 5 {SECRET}",
    "hidden-parameter-before": f"magic:\n  type: string\n  default: {SECRET}\n  hidden: true\n",
    "html-password-before": f'<input value="{SECRET}" type="password">',
    "kubernetes-secret": f"apiVersion: v1\nkind: Secret\ndata:\n  login: {SECRET}\n",
    "token-in-path": "http://cloud/v2.0/tokens/0123456789abcdef0123456789abcdef",
}
TEXTS_OF_FORMS = {
    "private-key-ssh2": "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56wAAAi0AAAA",
    "json-web-encryption": f"eyJhbGciOiJkaXIi.{'a' * 20}.{'b' * 16}.{'c' * 40}.{'d' * 22}",
    "mysql-hash": f"*{'6BB4837EB74329105EE4568DDA7DC67ED2CA2AD9'}",
    "django-hash": f"pbkdf2_sha256$600000$salt1234${'A1b2' * 10}=",
    "jasypt": f"ENC({'A1b2' * 8})",
    "java-keystore": base64.b64encode(b"\xfe\xed\xfe\xed\0\0\0\2\0\0\0\1" + bytes(60)).decode(),
}


def text_of(name: str, seed: int) -> str:
    kind = KINDS[name]
    fragment = kinds.fragment(kind, False, Random(seed))
    return str(fragment.object()) if kind.shape == "object" else fragment.text()


def texts(rule: str, kinds_of: dict[str, str], written: dict[str, str]) -> list[str]:
    return [written[rule]] if rule in written else [text_of(kinds_of[rule], seed) for seed in range(3)]


@pytest.mark.parametrize("rule", [*OF_PHRASES, *TEXTS_OF_PHRASES])
def test_each_phrase_is_known(rule: str) -> None:
    found = {
        phrase.rule for text in texts(rule, OF_PHRASES, TEXTS_OF_PHRASES) for phrase, _ in phrases(text, text.lower())
    }
    assert rule in found


@pytest.mark.parametrize("rule", [*OF_FORMS, *TEXTS_OF_FORMS])
def test_each_form_is_known(rule: str) -> None:
    assert rule in {form.rule for text in texts(rule, OF_FORMS, TEXTS_OF_FORMS) for form, _ in forms(text)}


def test_each_row_has_a_text_that_proves_it() -> None:
    assert {row.rule for row in PHRASES} == {*OF_PHRASES, *TEXTS_OF_PHRASES}
    assert {row.rule for row in FORMS} == {*OF_FORMS, *TEXTS_OF_FORMS}


def names_in(group: str) -> list[str]:
    return [name for names in table("names.yaml")[group].values() for name in names]


@pytest.mark.parametrize("name", names_in("sure") + names_in("unsure") + names_in("unsure_ids"))
def test_a_name_is_known_however_it_is_spelled(name: str) -> None:
    names, words = Names(), name.split()
    camel = words[0] + "".join(map(str.title, words[1:]))
    for spelled in (
        "_".join(words),
        "-".join(words).title(),
        camel,
        f"my_app_{'_'.join(words)}",
        f"APP_{'_'.join(words).upper()}",
    ):
        assert names.judge(spelled), spelled
    assert any(stem in name.replace(" ", "") for stem in names.stems)


@pytest.mark.parametrize("name", table("names.yaml")["harmless"])
def test_a_harmless_name_tells_nothing(name: str) -> None:
    assert Names().judge(name.replace(" ", "_")) is None


@pytest.mark.parametrize(
    "name",
    [
        "password_expires_at",
        "password-policy",
        "token_endpoint",
        "key_name",
        "private_key_id",
        "passwd_file",
        "id_token_signed_response_alg",
        "bypass",
        "compass",
        "secret_ref",
        "encryption_key_id",
        "tokenizer",
        "passenger",
        "monkey",
        "keyboard",
        "signature_algorithm",
        "session_timeout",
    ],
)
def test_a_name_that_only_sounds_like_one_tells_nothing(name: str) -> None:
    assert Names().judge(name) is None
