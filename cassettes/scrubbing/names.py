"""The table of names: what stands under them is secret.

A new service is a new row here and no code. Sources: the APIs of the services, keystoneauth and openstacksdk (what they
send), oslo.utils `strutils.mask_password` (what the services mask in their logs), cloud-init, Kubernetes, and the
configuration files of the programs that run in clouds. What each row is for, and that it is needed:
tests/cassettes/scrubbing/data/examples.yaml.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A name, and the kind of secret that stands under it.

    `words` match the last words of a name, however it is written: `admin pass` matches adminPass, admin_pass and
    X-Admin-Pass. `under`: only where they are the whole name and the enclosing member has this one. `deep`: everything
    below is secret, too.
    `base64`: the placeholder must decode. `like`: only values of this form (a regular expression), and only where the
    words are the whole name. `least`: a value of fewer characters is none.
    """

    words: str
    kind: str
    under: str = ""
    deep: bool = False
    base64: bool = False
    like: str = ""
    least: int = 0


TOKEN_LIKE = r"(?=[^\W\d]*\d|[^\W_]*[_-])[\w.~+/=%-]{16,}"  # noqa: S105
BASIC_LIKE = r"(?=[^A-Z]*[A-Z])[A-Za-z0-9+/]{11,}={0,2}"

RULES = (
    # passwords
    Rule("passwords", "password"),
    Rule("pass phrase", "password"),
    Rule("auth key", "password"),  # Swift's v1 auth: X-Auth-Key
    Rule("auth username", "user", like=r"\S+"),  # CHAP, in connection_info
    Rule("password hash", "hash"),
    Rule("provider auth", "password"),  # cinder: CHAP, user and password in one
    Rule("password value", "password"),
    Rule("user pin", "password"),
    Rule("recovery codes", "passcode"),
    Rule("backup codes", "passcode"),
    # what machines and networks share
    Rule("preshared key", "key"),
    Rule("shared key", "key"),
    Rule("community string", "community"),
    Rule("community read", "community"),
    Rule("community write", "community"),
    Rule("priv key", "key"),  # SNMP, version 3
    Rule("kg key", "key"),  # IPMI
    Rule("heartbeat key", "key"),  # octavia
    Rule("store key", "key"),  # glance
    Rule("rndc key", "key"),  # designate
    Rule("kek", "key"),
    Rule("wep key", "key"),
    Rule("join key", "key"),
    # tokens
    Rule("tokens", "token", like=TOKEN_LIKE),
    Rule("token id", "token"),
    Rule("id", "token", under="token"),
    Rule("token data", "token"),
    Rule("auth receipt", "token"),
    Rule("ticket", "token"),
    Rule("cookie", "cookie"),
    Rule("cookies", "cookie"),
    Rule("jwt", "token"),
    Rule("trust id", "trust"),
    Rule("id", "trust", under="trust"),
    # OAuth, OpenID
    Rule("code", "token", like=TOKEN_LIKE),
    Rule("auth code", "token"),
    Rule("authorization code", "token"),
    Rule("device code", "token"),
    Rule("user code", "token"),
    Rule("code verifier", "token"),
    Rule("oauth verifier", "token"),
    Rule("authorization", "token"),
    # secrets and keys
    Rule("secrets", "secret"),
    Rule("secret id", "secret"),  # Vault's AppRole
    Rule("secret string", "secret"),
    Rule("secret value", "secret"),
    Rule("secret data", "secret"),
    Rule("secret binary", "secret"),
    Rule("secret key", "secret"),
    Rule("private key", "key"),
    Rule("private key data", "key"),
    Rule("rsa private", "key"),  # cloud-init's ssh_keys
    Rule("dsa private", "key"),
    Rule("ecdsa private", "key"),
    Rule("25519 private", "key"),
    Rule("private exponent", "key"),
    Rule("key material", "key"),
    Rule("client key", "key"),
    Rule("client key data", "key"),  # a kubeconfig
    Rule("tls key", "key"),
    Rule("access key", "access", least=8),
    Rule("access key id", "access", least=8),
    Rule("account key", "key"),
    Rule("amz credential", "access"),
    Rule("access", "access", under="credential"),
    Rule("blob", "secret", deep=True),
    Rule("api key", "key"),
    Rule("encryption key", "key"),
    Rule("decryption key", "key"),
    Rule("hmac key", "key"),
    Rule("symmetric key", "key"),
    Rule("wrapped key", "key"),
    Rule("customer key", "key"),  # S3's SSE-C
    Rule("unlock key", "key"),
    Rule("luks key", "key"),
    Rule("sync key", "key"),
    Rule("url key", "key"),
    Rule("url key 2", "key"),
    Rule("signing key", "key"),
    Rule("session key", "key"),
    Rule("master key", "key"),
    Rule("fernet key", "key"),
    Rule("ssl key", "key"),
    Rule("validation key", "key"),
    Rule("payload", "secret"),  # barbican
    Rule("keytab", "key"),
    Rule("keystore", "key"),
    Rule("pkcs 12", "key"),
    Rule("pfx", "key"),
    Rule("kubeconfig", "secret"),
    Rule("dockerconfigjson", "secret"),
    Rule("dockercfg", "secret"),
    Rule("auth", "secret", like=BASIC_LIKE),  # a registry's, in .dockerconfigjson
    # what is put into machines
    Rule("user data", "data", base64=True),
    Rule("custom data", "data", base64=True),
    Rule("contents", "data", under="personality", base64=True),
    Rule("contents", "data", under="injected_files", base64=True),
    # proofs
    Rule("signature", "signature"),
    Rule("sig", "signature"),
    Rule("passcode", "passcode"),
    Rule("otp", "passcode"),
    Rule("totp", "passcode"),
    Rule("assertion", "assertion"),
    Rule("saml response", "assertion"),
    Rule("saml request", "assertion"),
)

# Names written in one: dbpassword, clientsecret.
ENDS = (
    ("password", Rule("password", "password")),
    ("passwd", Rule("passwd", "password")),
    ("passphrase", Rule("passphrase", "password")),
    ("pass", Rule("pass", "password")),
    ("pwd", Rule("pwd", "password")),
    ("pw", Rule("pw", "password")),
    ("psk", Rule("psk", "key")),
    ("sharedkey", Rule("shared key", "key")),
    ("community", Rule("community", "community")),
    ("secret", Rule("secret", "secret")),
    ("secretkey", Rule("secret key", "secret")),
    ("accesskey", Rule("access key", "access", least=8)),
    ("accesskeyid", Rule("access key", "access", least=8)),
    ("accountkey", Rule("account key", "key")),
    ("privatekey", Rule("private key", "key")),
    ("authkey", Rule("auth key", "password")),
    ("apikey", Rule("api key", "key")),
    ("token", Rule("token", "token")),
    ("userdata", Rule("user data", "data", base64=True)),
)
# Words that end as those do and mean another thing.
NO_ENDS = frozenset({"bypass", "compass", "encompass", "overpass", "surpass", "trespass", "underpass", "multipass"})
