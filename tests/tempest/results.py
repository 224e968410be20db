"""Reads a subunit stream, in the environment of tempest: a line of JSON for each result.

ENVIRONMENT/bin/python tests/tempest/results.py < results.subunit
"""

import json
import sys
from typing import Any

import subunit  # type: ignore[import-not-found]
from testtools import StreamToDict  # type: ignore[import-not-found]


def say(test: dict[str, Any]) -> None:
    details = {name: one.as_text() for name, one in test["details"].items() if one.content_type.type == "text"}
    print(json.dumps({"id": test["id"], "status": test["status"], "details": details}))


if __name__ == "__main__":
    result = StreamToDict(say)
    result.startTestRun()
    subunit.ByteStreamToStreamResult(sys.stdin.buffer, non_subunit_name="stdout").run(result)
    result.stopTestRun()
