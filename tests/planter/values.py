"""Fresh values of the form that each kind has in life. Secrets in SECRETS, harmless ones in HARMLESS, each by its name.

Each is random enough to be told from all others in a recording.
"""

from __future__ import annotations

import base64
import hashlib
import json
import string
import uuid
from collections.abc import Callable
from random import Random
from urllib.parse import quote

from tests.planter.keys import KEYS, PUBLIC

Maker = Callable[[Random], str]
ALNUM = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
URLSAFE = ALNUM + "-_"
BASE64 = ALNUM + "+/"
HEX = "0123456789abcdef"
WORDS = [
    "orange",
    "harbor",
    "velvet",
    "castle",
    "monday",
    "tiger",
    "copper",
    "window",
    "silver",
    "garden",
    "winter",
    "rocket",
    "falcon",
    "maple",
    "pepper",
    "summit",
]


def of(alphabet: str, count: int, before: str = "", after: str = "") -> Maker:
    return lambda dice: before + "".join(dice.choices(alphabet, k=count)) + after


def b64(count: int) -> Maker:
    return lambda dice: base64.b64encode(dice.randbytes(count)).decode()


def url64(count: int) -> Maker:
    return lambda dice: base64.urlsafe_b64encode(dice.randbytes(count)).decode()


def password(dice: Random) -> str:
    """Letters and digits, at least one of each, as a generator of passwords makes it."""
    return dice.choice(string.ascii_uppercase) + of(ALNUM, dice.randint(10, 17))(dice) + dice.choice(string.digits)


def strong(dice: Random) -> str:
    """With signs, but none that ends a word of a shell or a member of a query."""
    return password(dice) + dice.choice("!%+-_.:@^~") + of(ALNUM + "!%+-_.:@^~", 6)(dice) + dice.choice(ALNUM)


def quoted(dice: Random) -> str:
    """With signs that JSON, XML and shells escape."""
    return f'{of(ALNUM, 7)(dice)}"<{of(ALNUM, 5)(dice)}\\&{of(ALNUM, 4)(dice)}é'


def words(dice: Random) -> str:
    return " ".join([*dice.sample(WORDS, 3), of(LOWER, 6)(dice)])


def weak(dice: Random) -> str:
    """As people choose it: a word and a number."""
    return dice.choice(WORDS) + dice.choice(WORDS) + str(dice.randint(1000, 9999))


def pin(dice: Random) -> str:
    return str(dice.randint(10**7, 10**8 - 1))


def segment(data: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(data, separators=(",", ":")).encode()).decode().rstrip("=")


def jwt(dice: Random) -> str:
    claims = {"iss": "https://idp.example.org", "sub": of(HEX, 12)(dice), "exp": 1999999999, "jti": of(HEX, 16)(dice)}
    head = {"alg": "RS256", "typ": "JWT", "kid": of(HEX, 8)(dice)}
    return f"{segment(head)}.{segment(claims)}.{url64(256)(dice).rstrip('=')}"


def k8s_jwt(dice: Random) -> str:
    claims = {
        "iss": "kubernetes/serviceaccount",
        "kubernetes.io/serviceaccount/namespace": "kube-system",
        "uid": str(uuid4(dice)),
    }
    return f"{segment({'alg': 'RS256', 'kid': of(HEX, 8)(dice)})}.{segment(claims)}.{url64(256)(dice).rstrip('=')}"


def fernet(dice: Random) -> str:
    """A Keystone token: version 0x80, a time, then what is encrypted."""
    token = b"\x80" + (1764400000 + dice.randrange(10**7)).to_bytes(8, "big") + dice.randbytes(16 + 96 + 32)
    return base64.urlsafe_b64encode(token).decode().rstrip("=")


def uuid4(dice: Random) -> uuid.UUID:
    return uuid.UUID(int=dice.getrandbits(128), version=4)


def basic(dice: Random) -> str:
    return base64.b64encode(f"{dice.choice(WORDS)}:{password(dice)}".encode()).decode()


def saml(dice: Random) -> str:
    return base64.b64encode(
        f'<samlp:Response ID="_{of(HEX, 32)(dice)}"><saml:Assertion><ds:SignatureValue>{b64(128)(dice)}</ds:SignatureValue>'
        f"<saml:NameID>alice</saml:NameID></saml:Assertion></samlp:Response>".encode()
    ).decode()


def cephx(dice: Random) -> str:
    """Type 1, a time, a length of 16, and the key."""
    return base64.b64encode(b"\1\0" + dice.randbytes(8) + b"\x10\0" + dice.randbytes(16)).decode()


def discord(dice: Random) -> str:
    return f"{base64.b64encode(str(dice.randrange(10**17, 10**18)).encode()).decode()}.{of(URLSAFE, 6)(dice)}.{of(URLSAFE, 38)(dice)}"


def percent(make: Maker) -> Maker:
    return lambda dice: quote(make(dice), safe="")


B64CRYPT = ALNUM + "./"
SECRETS: dict[str, Maker] = {
    "password": password,
    "strong": strong,
    "strong-url": percent(strong),
    "strong-form": percent(strong),
    "quoted": quoted,
    "words": words,
    "weak": weak,
    "pin": pin,
    "hex32": of(HEX, 32),
    "hex40": of(HEX, 40),
    "hex64": of(HEX, 64),
    "base64": b64(32),
    "urlsafe": of(URLSAFE, 43),
    "uuid-token": lambda dice: str(uuid4(dice)),
    "fernet": fernet,
    "fernet-key": lambda dice: base64.urlsafe_b64encode(dice.randbytes(32)).decode(),
    "jwt": jwt,
    "k8s-jwt": k8s_jwt,
    "basic": basic,
    "saml": saml,
    "cephx": cephx,
    "passcode": of(string.digits, 8),
    "base32": of(string.ascii_uppercase + "234567", 32),
    "user-code": lambda dice: f"{of('BCDFGHJKLMNPQRSTVWXZ', 4)(dice)}-{of('BCDFGHJKLMNPQRSTVWXZ', 4)(dice)}",
    "sha1-base64": b64(20),
    "binary-base64": b64(96),
    "kerberos": lambda dice: base64.b64encode(
        b"\x60\x82\x02\x00\x06\x06\x2b\x06\x01\x05\x05\x02" + dice.randbytes(150)
    ).decode(),
    "md5-crypt": lambda dice: f"$1${of(B64CRYPT, 8)(dice)}${of(B64CRYPT, 22)(dice)}",
    "sha256-crypt": lambda dice: f"$5${of(B64CRYPT, 16)(dice)}${of(B64CRYPT, 43)(dice)}",
    "sha512-crypt": lambda dice: f"$6${of(B64CRYPT, 16)(dice)}${of(B64CRYPT, 86)(dice)}",
    "sha512-rounds": lambda dice: f"$6$rounds=656000${of(B64CRYPT, 16)(dice)}${of(B64CRYPT, 86)(dice)}",
    "yescrypt": lambda dice: f"$y$j9T${of(B64CRYPT, 22)(dice)}${of(B64CRYPT, 43)(dice)}",
    "bcrypt": lambda dice: f"$2b$12${of(B64CRYPT, 53)(dice)}",
    "apr1": lambda dice: f"$apr1${of(B64CRYPT, 8)(dice)}${of(B64CRYPT, 22)(dice)}",
    "argon2": lambda dice: f"$argon2id$v=19$m=65536,t=3,p=4${of(BASE64, 22)(dice)}${of(BASE64, 43)(dice)}",
    "pbkdf2": lambda dice: f"$pbkdf2-sha512$25000${of(B64CRYPT, 22)(dice)}${of(B64CRYPT, 86)(dice)}",
    "scrypt": lambda dice: f"$scrypt$ln=16,r=8,p=1${of(BASE64, 22)(dice)}${of(BASE64, 43)(dice)}",
    "mysql-hash": of("0123456789ABCDEF", 40, "*"),
    "ssha": lambda dice: "{SSHA}" + b64(28)(dice),
    "github-pat": of(ALNUM, 36, "ghp_"),
    "github-oauth": of(ALNUM, 36, "gho_"),
    "github-user": of(ALNUM, 36, "ghu_"),
    "github-server": of(ALNUM, 36, "ghs_"),
    "github-refresh": of(ALNUM, 36, "ghr_"),
    "github-fine": lambda dice: f"github_pat_{of(ALNUM, 22)(dice)}_{of(ALNUM, 59)(dice)}",
    "gitlab-pat": of(URLSAFE, 20, "glpat-"),
    "gitlab-runner": of(URLSAFE, 20, "glrt-"),
    "gitlab-deploy": of(URLSAFE, 20, "gldt-"),
    "gitlab-trigger": of(HEX, 40, "glptt-"),
    "slack-bot": lambda dice: f"xoxb-{of(string.digits, 12)(dice)}-{of(string.digits, 12)(dice)}-{of(ALNUM, 24)(dice)}",
    "slack-user": lambda dice: (
        "xoxp-" + "-".join(of(string.digits, 12)(dice) for _ in range(3)) + "-" + of(HEX, 32)(dice)
    ),
    "slack-app": lambda dice: f"xapp-1-A{of(UPPER, 10)(dice)}-{of(string.digits, 13)(dice)}-{of(HEX, 64)(dice)}",
    "stripe-live": of(ALNUM, 24, "sk_live_"),
    "stripe-restricted": of(ALNUM, 24, "rk_live_"),
    "aws-secret": of(BASE64, 40),
    "aws-secret-url": percent(of(BASE64, 40)),
    "aws-id": of(string.ascii_uppercase + "234567", 16, "AKIA"),
    "aws-session-id": of(string.ascii_uppercase + "234567", 16, "ASIA"),
    "google-api": of(URLSAFE, 35, "AIza"),
    "google-oauth": of(URLSAFE, 60, "ya29.a0"),
    "google-client": of(URLSAFE, 28, "GOCSPX-"),
    "azure-storage": lambda dice: base64.b64encode(dice.randbytes(64)).decode(),
    "vault": of(URLSAFE, 95, "hvs.CAESI"),
    "vault-old": of(ALNUM, 24, "s."),
    "vault-batch": of(URLSAFE, 140, "hvb.AAAAAQ"),
    "npm": of(ALNUM, 36, "npm_"),
    "pypi": of(URLSAFE, 90, "pypi-AgEIcHlwaS5vcmc"),
    "docker-pat": of(URLSAFE, 27, "dckr_pat_"),
    "digitalocean": of(HEX, 64, "dop_v1_"),
    "sendgrid": lambda dice: f"SG.{of(URLSAFE, 22)(dice)}.{of(URLSAFE, 43)(dice)}",
    "mailgun": of(HEX, 32, "key-"),
    "twilio": of(HEX, 32, "SK"),
    "telegram": lambda dice: f"{of(string.digits[1:], 10)(dice)}:AA{of(URLSAFE, 33)(dice)}",
    "discord": discord,
    "age": of("023456789ACDEFGHJKLMNPQRSTUVWXYZ".replace("I", ""), 58, "AGE-SECRET-KEY-1"),
    "terraform": lambda dice: f"{of(ALNUM, 14)(dice)}.atlasv1.{of(URLSAFE, 67)(dice)}",
    "databricks": of(HEX, 32, "dapi"),
    "huggingface": of(ALNUM, 34, "hf_"),
    "openai": of(ALNUM, 48, "sk-"),
    "openai-project": lambda dice: f"sk-proj-{of(URLSAFE, 74)(dice)}T3BlbkFJ{of(URLSAFE, 74)(dice)}",
    "anthropic": of(URLSAFE, 93, "sk-ant-api03-", "AA"),
    "grafana": lambda dice: f"glsa_{of(ALNUM, 32)(dice)}_{of(HEX, 8)(dice)}",
    "shopify": of(HEX, 32, "shpat_"),
    "linear": of(ALNUM, 40, "lin_api_"),
    "postman": lambda dice: f"PMAK-{of(HEX, 24)(dice)}-{of(HEX, 34)(dice)}",
    "newrelic": of(UPPER, 27, "NRAK-"),
    "doppler": of(ALNUM, 43, "dp.pt."),
    "pulumi": of(HEX, 40, "pul-"),
    "rubygems": of(HEX, 48, "rubygems_"),
    "square": of(URLSAFE, 60, "EAAA"),
    "artifactory": of(ALNUM, 69, "AKCp8"),
    "k3s": lambda dice: f"K10{of(HEX, 64)(dice)}::server:{of(HEX, 32)(dice)}",
    "kubeadm": lambda dice: f"{of(LOWER, 6)(dice)}.{of(LOWER, 16)(dice)}",
    "slack-hook": lambda dice: f"T{of(UPPER, 10)(dice)}/B{of(UPPER, 10)(dice)}/{of(ALNUM, 24)(dice)}",
    "discord-hook": lambda dice: f"{of(string.digits, 18)(dice)}/{of(URLSAFE, 68)(dice)}",
    "teams-hook": lambda dice: f"{uuid4(dice)}@{uuid4(dice)}/IncomingWebhook/{of(HEX, 32)(dice)}/{uuid4(dice)}",
    **KEYS,
}
HARMLESS: dict[str, Maker] = {
    "uuid": lambda dice: str(uuid4(dice)),
    "id": of(HEX, 32),
    "date": lambda dice: (
        f"20{dice.randint(27, 36)}-0{dice.randint(1, 9)}-{dice.randint(10, 28)}T{dice.randint(10, 23)}:{dice.randint(10, 59)}:{dice.randint(10, 59)}.{dice.randint(10**5, 10**6 - 1)}Z"
    ),
    "name": lambda dice: f"{dice.choice(WORDS)}-{dice.choice(WORDS)}-{dice.randint(10000, 99999)}",
    "sentence": lambda dice: " ".join([*dice.sample(WORDS, 4), "number", str(dice.randint(10**6, 10**7))]),
    "url": lambda dice: f"https://{dice.choice(WORDS)}.example.org:5000/v3/{of(LOWER, 12)(dice)}/token",
    "number": lambda dice: str(dice.randint(10**8, 10**9)),
    "md5": of(HEX, 32),
    "sha1": of(HEX, 40),
    "sha256": lambda dice: hashlib.sha256(dice.randbytes(8)).hexdigest(),
    "sha512": lambda dice: hashlib.sha512(dice.randbytes(8)).hexdigest(),
    "digest-ref": of(HEX, 64, "sha256:"),
    "host": lambda dice: f"node-{of(LOWER, 8)(dice)}.{dice.choice(WORDS)}.example.org",
    "path": lambda dice: f"/etc/{dice.choice(WORDS)}/{of(LOWER, 9)(dice)}.conf",
    "ref": lambda dice: f"http://barbican.example.org/v1/secrets/{uuid4(dice)}",
    "request-id": lambda dice: f"req-{uuid4(dice)}",
    "version": lambda dice: f"{dice.randint(1, 30)}.{dice.randint(100, 999)}.{dice.randint(1000, 9999)}",
    "mail": lambda dice: f"{dice.choice(WORDS)}.{of(LOWER, 6)(dice)}@example.org",
    "fingerprint": lambda dice: ":".join(of(HEX, 2)(dice) for _ in range(16)),
    "ssh-fingerprint": lambda dice: "SHA256:" + b64(32)(dice).rstrip("="),
    "mac": lambda dice: "fa:16:3e:" + ":".join(of(HEX, 2)(dice) for _ in range(3)) + f" on tap{of(HEX, 8)(dice)}",
    "iqn": lambda dice: f"iqn.2010-10.org.openstack:volume-{uuid4(dice)}",
    "snake": lambda dice: f"{dice.choice(WORDS)}_{dice.choice(WORDS)}_{dice.choice(WORDS)}{dice.randint(100, 999)}",
    "camel": lambda dice: f"get{dice.choice(WORDS).title()}{dice.choice(WORDS).title()}{dice.choice(WORDS).title()}",
    **PUBLIC,
}
MAKERS = SECRETS | HARMLESS
