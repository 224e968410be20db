"""Secrets in commands, scripts and configuration files, where a program's own way to write tells that they are some.

Rows: what a program's command line, or a file's line, has before the secret. A secret is the group `value`: one word,
or a quoted text. `--password X`, `name=value` and the like need no row: the table of names is for them.
"""

from __future__ import annotations

import re
from functools import cache

WORD = r"(?:'[^'\n]*'|\"(?:\\.|[^\"\\\n])*\"|(?!['\"<$-])[^\s'\";|&]+)"
VALUE = f"(?P<value>{WORD})"
USER_VALUE = r"(?P<value>(?<=['\"])[^'\"\n]+|[^\s'\";|&]+)"

# Programs, and the options behind which a secret stands.
PROGRAMS: tuple[tuple[str, str, str], ...] = (
    ("curl", r"(?:-u|--user|-U|--proxy-user)[ =]*['\"]?[^\s:'\"]*:" + USER_VALUE, "password"),
    ("mysql", r"-p" + VALUE, "password"),
    ("mariadb", r"-p" + VALUE, "password"),
    ("mysqladmin", r"password[ ]+" + VALUE, "password"),
    ("sshpass", r"-p[ ]*" + VALUE, "password"),
    ("ldap", r"-w[ ]*" + VALUE, "password"),
    ("redis-cli", r"-a[ ]*" + VALUE, "password"),
    ("mongo", r"-p[ ]*" + VALUE, "password"),
    ("ipmitool", r"-[Pk][ ]*" + VALUE, "password"),
    ("snmp", r"-[cAX][ ]*" + VALUE, "password"),
    ("smbclient", r"(?:-U|--user)[ =]*['\"]?[^\s%'\"]+%" + USER_VALUE, "password"),
    ("docker", r"-p[ ]+" + VALUE, "password"),
    ("podman", r"-p[ ]+" + VALUE, "password"),
    ("helm", r"-p[ ]+" + VALUE, "password"),
    ("az login", r"-p[ ]+" + VALUE, "password"),
    ("swift", r"-K[ ]*" + VALUE, "password"),
    ("useradd", r"-p[ ]*" + VALUE, "password"),
    ("usermod", r"-p[ ]*" + VALUE, "password"),
    ("winrs", r"[-/]p:" + VALUE, "password"),
    ("xfreerdp", r"/p:" + VALUE, "password"),
    ("net user", r"user[ ]+\S+[ ]+(?!/)" + VALUE, "password"),
    ("rabbitmqctl", r"(?:add_user|change_password|authenticate_user)[ ]+\S+[ ]+" + VALUE, "password"),
    ("htpasswd", r"-(?=[a-zA-Z]*b)[a-zA-Z]++(?:[ ]+-\w+)*[ ]+\S+[ ]+\S+[ ]+" + VALUE, "password"),
    ("vault login", r"login[ ]+" + VALUE, "token"),
    ("unzip", r"-P[ ]*" + VALUE, "password"),
    ("zip", r"-P[ ]*" + VALUE, "password"),
    ("7z", r"-p" + VALUE, "password"),
    ("ssh-keygen", r"-[NP][ ]*" + VALUE, "password"),
    ("sqlcmd", r"-P[ ]*" + VALUE, "password"),
    ("virsh", r"secret-set-value\b(?:(?!secret-set-value)[^\n])*?--base64[ =]+" + VALUE, "key"),
    ("iscsiadm", r"-n[ ]+\S*password[ ]+-v[ ]+" + VALUE, "password"),
)
ECHO = r"(?:echo|printf|yes)(?:[ ]+-\w+)*[ ]+"
# Lines, with what must stand in them for the pattern to be tried. What a row begins with does not stand in it again:
# from each of many such beginnings to the end of the line would be its square.
LINES: tuple[tuple[str, str, str], ...] = (
    ("passwd", ECHO + VALUE + r"[ ]*\|[ ]*(?:sudo[ ]+)?passwd\b", "password"),
    ("passwd", r"\bpasswd\b(?:(?!\bpasswd\b)[^\n|])*<<<[ ]*" + VALUE, "password"),
    (
        "chpasswd",
        ECHO
        + r"['\"]?[\w.-]+:(?P<value>[^\s'\"|]+)['\"]?(?:(?!\b(?:echo|printf|yes)\b)[^\n|])*\|[ ]*(?:sudo[ ]+)?chpasswd",
        "password",
    ),
    ("chpasswd", r"\bchpasswd\b(?:(?!\bchpasswd\b)[^\n|])*<<<[ ]*['\"]?[\w.-]+:(?P<value>[^\s'\"|]+)", "password"),
    ("sudo -S", ECHO + VALUE + r"[ ]*\|[ ]*sudo[ ]+(?:-\w+[ ]+)*-S\b", "password"),
    (
        "IDENTIFIED",
        r"IDENTIFIED[ ]+(?:WITH[ ]+\S+[ ]+)?(?:BY|AS)[ ]+(?:PASSWORD[ ]+)?''?(?P<value>[^'\n]+)'",
        "password",
    ),
    ("kinit", ECHO + VALUE + r"[ ]*\|[ ]*kinit\b", "password"),
    ("cryptsetup", ECHO + VALUE + r"[ ]*\|[ ]*(?:sudo[ ]+)?cryptsetup\b", "password"),
    ("docker", ECHO + VALUE + r"[ ]*\|[ ]*docker[ ]+login\b", "password"),
    (
        "expect",
        r"(?i:expect[ ]+\S{0,200}(?:passw|passphrase|assword)[^\n]{0,200}?(?:\n|\\n)[ \t]*send[ ]+(?:--[ ]+)?\"(?P<value>[^\"\\\n]+))",  # noqa: E501
        "password",
    ),
    ("stats auth", r"\bstats[ ]+auth[ ]+[^\s:]+:" + VALUE, "password"),
    ("createUser", r"\bcreateUser[ ]+\S+[ ]+(?:MD5|SHA\S*)[ ]+" + VALUE, "password"),
    ("createUser", r"\bcreateUser[ ]+\S+[ ]+(?:MD5|SHA\S*)[ ]+\S+[ ]+(?:DES|AES\S*)[ ]+" + VALUE, "password"),
    ("ConvertTo-SecureString", r"ConvertTo-SecureString[ ]+(?:-String[ ]+)?(?P<value>'[^']+'|\"[^\"]+\")", "password"),
    (
        "variable",
        r"\bvariable[ ]+\"(?=[^\"\n]*(?i:passw|secret|token|_key\"))[^\"\n]+\"[ ]*\{[^{}]*?default[ ]*=[ ]*(?P<value>\"[^\"\n]+\")",  # noqa: E501
        "secret",
    ),
    (
        "type",
        r"^[ \t]*type[ ]*=[^\n]*\n(?:(?![ \t]*\[)[^\n]*\n){0,20}?[ \t]*key[ ]*=[ ]*(?P<value>\S+)",
        "key",
    ),  # rclone
)
# Lists of user:password, one a line, behind what says that they are.
LISTS = re.compile(
    r"(?:\bchpasswd\b|\b[Pp]asswords\b)(?:(?!\b(?:chpasswd|[Pp]asswords)\b)[^\n])*\n"
    r"(?P<lines>(?:[ \t]*(?:list|users|expire|type)\b[^\n]*\n)*"
    r"(?:[ \t]*(?:#[ \t]*)?(?:- +)?['\"]?[A-Za-z_][\w.-]*:(?![ \t])[^\s'\"]+['\"]?[ \t]*(?:\r?\n|\Z))+)"
)
LIST_LINE = re.compile(r"^[ \t]*(?:#[ \t]*)?(?:- +)?['\"]?[A-Za-z_][\w.-]*:(?P<value>(?![ \t])[^\s'\"]+)", re.MULTILINE)

# One of these stands in each text that a row may find something in.
COMMAND_MARKS = (
    *dict.fromkeys(f"{program}" if " " in program else program + " " for program, _, _ in PROGRAMS),
    *(
        "mysqldump ",
        "mongosh ",
        "mongodump ",
        "ldapsearch ",
        "ldapadd ",
        "ldapmodify ",
        "snmpwalk ",
        "snmpget ",
        "passwd ",
        "chpasswd",
    ),
    *(
        "echo ",
        "printf ",
        "yes ",
        "expect",
        "stats auth",
        "createUser",
        "SecureString",
        "variable ",
        "type = ",
        "IDENTIFIED ",
        "egotiate ",
        "erberos ",
    ),
)


# The command line of a program, to the end of the line. Compiled when a text has the word: most never see one.
PROGRAM_ROWS = tuple(
    (
        name.split()[0],
        rf"(?<![\w.-]){name.split()[0]}\w*\b(?P<line>(?:[^\n\\]|\\(?:.|\n|$))*)",
        rf"(?<=[ \t\n]){option}",
        kind,
    )
    for name, option, kind in PROGRAMS
)
LINE_ROWS = LINES
compiled = cache(re.compile)
