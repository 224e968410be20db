"""Make known_forms.jsonl of the rules of betterleaks: python from_betterleaks.py betterleaks.toml > known_forms.jsonl

Taken are the rules for secrets that are known by their own form: a mark that belongs to the secret (`ghp_`), and no
word beside it (`adafruit = …`), which the table of names is for. What is public (an id of a client, an address) is not
taken. The form alone is kept: what may stand around it in source code (quotation marks, the end of a line) differs.
"""

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

# A name or a word that stands before the secret and is none of it.
CONTEXT = re.compile(
    r"\(\?:=\|>\||\(\?:\.\|\[\\n\\r\]\)|\[\\s\\S\]\{0,|\(\?s:|\\bcurl|findMatch|\{0,50\}\?|CONFIG_|<add key|=>\\s\*"
)
PUBLIC = re.compile(
    r"(client|application|app|account|tenant|org)-id|-url$|-host|-domain|-name$|address|public|publishable|username|"
    r"private-key|jwt|kubernetes|pkcs12|session-cookie|webhook-url|client-sdk|mobile-sdk|url\.\d|"
    r"generic-|connection-string|gcp-service-account|project-api-key"
)
BEHIND = re.compile(
    r"\(\?:(?:\\\\\?)?\[(?:\\x60|\\\\|'|\"|<|\^)[^\]]*\](?:\|\[\\s;\])?(?:\|\\\\\[nr\])?(?:\|\$)?(?:\|\\b)?\)$|\(\?:\[\^[^\]]*\]\|(?:\\z|\$)\)$|\(\?:\\\\\?\['\"\\x60\]\|\[\\s;\]\|\\\\\[nr\]\|\$(?:\|\\b)?\)$|\\b$|\(\?:\$\|\[[^\]]*\]\)$"
)
BEFORE = re.compile(r"^(?:\\b|\(\?:\^\|\[[^\]]*\]\))")
LEAST_MARK = 3
# What the words that they look for do not tell.
MARKS = {
    "stripe-access-token": ["sk_test_", "sk_live_", "sk_prod_", "rk_test_", "rk_live_", "rk_prod_"],
    "twilio-api-key": ["SK"],
    "cloudflare-api-key.2": ["cfut_", "cfat_"],
    "facebook-page-access-token": ["EAAM", "EAAC"],
    "azure-ad-client-secret": ["Q~"],
    "ionic-personal-access-token": ["ion_"],
    "supabase-project-api-key": ["sb_secret_"],
}


def main() -> None:
    rules = tomllib.loads(Path(sys.argv[1]).read_text())["rules"]
    for rule in rules:
        made = converted(rule)
        if made:
            print(json.dumps(made))


def converted(rule: dict[str, Any]) -> dict[str, Any] | None:
    source = rule.get("regex", "")
    if not source or (PUBLIC.search(rule["id"]) and rule["id"] not in MARKS) or CONTEXT.search(source):
        return None
    pattern = source
    flags = re.match(r"\(\?i\)", pattern)
    pattern = pattern.removeprefix("(?i)")
    for _ in range(3):
        pattern = BEHIND.sub("", BEFORE.sub("", pattern))
    # Go's flags hold for the rest of a group, Python's only where they are spelt as a group.
    pattern = rest_ignoring_case(pattern.replace(r"\z", r"\Z").replace("[[:alnum:]]", "[A-Za-z0-9]"))
    pattern = re.sub(r"\(\?P<\w+>", "(?:", pattern)
    pattern = re.sub(r"(?<!\\)\((?!\?)", "(?:", pattern)
    if flags:
        pattern = f"(?i:{pattern})"
    try:
        re.compile(pattern)
    except re.error as error:
        print(rule["id"], error, pattern, file=sys.stderr)
        return None
    marks = [spelt(mark, source) for mark in rule["keywords"]]
    marks = [
        mark
        for mark in marks
        if (len(mark) >= LEAST_MARK and mark.lower() in text_of(pattern).lower()) or alternation(mark, pattern)
    ]
    marks = MARKS.get(rule["id"], marks)
    if not marks:
        print("no mark", rule["id"], rule["keywords"], pattern, file=sys.stderr)
        return None
    if any(mark.isalnum() for mark in marks):  # a run of base64 may hold one by chance
        pattern = f"(?<![A-Za-z0-9+/]){pattern}"
    return {"id": rule["id"], "marks": marks, "pattern": pattern}


def alternation(mark: str, pattern: str) -> bool:
    """A mark that is no literal part of the pattern (`ghu_` of `(?:ghu|ghs)_`)."""
    return (len(mark) >= LEAST_MARK and mark[:3] in text_of(pattern)) or bool(re.match(r"xox", mark))


def text_of(pattern: str) -> str:
    return re.sub(r"\\([^\w])", r"\1", pattern)


def spelt(mark: str, source: str) -> str:
    plain = text_of(source)
    at = plain.lower().find(mark)
    return plain[at : at + len(mark)] if at >= 0 else mark


def rest_ignoring_case(pattern: str) -> str:
    """`p8e-(?i)[a-z]{32}` → `p8e-(?i:[a-z]{32})`, to the end of the group that it stands in."""
    while (at := pattern.find("(?i)")) >= 0:
        depth, end, inside = 0, len(pattern), False
        index = at + 4
        while index < len(pattern):
            character = pattern[index]
            if character == "\\":
                index += 2
                continue
            if inside:
                inside = character != "]"
            elif character == "[":
                inside = True
            elif character == "(":
                depth += 1
            elif character == ")":
                if depth == 0:
                    end = index
                    break
                depth -= 1
            index += 1
        pattern = pattern[:at] + "(?i:" + pattern[at + 4 : end] + ")" + pattern[end:]
    return pattern


main()
