"""What becomes of a client's answer when it cannot be kept."""

import shutil
from pathlib import Path

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.bodies import folder_of
from cloudtape.cassettes.cassette import load
from tests.proxy.raw_cloud import RawCloud, answer, request, say

LARGE = bytes(range(256)) * 2000


def test_large_bodies_stream_and_are_kept(recorder: BackgroundProxy, cloud: RawCloud, tape: Path) -> None:
    cloud.answers["/compute/x"] = answer("200 OK", "Content-Type: application/octet-stream", LARGE)
    assert say(recorder.url, request("PUT /compute/x", f"Content-Length: {len(LARGE)}", body=LARGE)).body == LARGE
    (file,) = folder_of(tape).iterdir()
    assert file.read_bytes() == LARGE


def test_a_folder_that_refuses_bodies_costs_the_recording_and_not_the_client(
    recorder: BackgroundProxy, cloud: RawCloud, tape: Path
) -> None:
    cloud.answers["/compute/x"] = answer("200 OK", "Content-Type: application/octet-stream", LARGE)
    shutil.rmtree(folder_of(tape), ignore_errors=True)
    folder_of(tape).write_text("a file in the folder's place")
    assert say(recorder.url, request("GET /compute/x")).body == LARGE
    assert say(recorder.url, request("PUT /compute/x", f"Content-Length: {len(LARGE)}", body=LARGE)).body == LARGE
    assert cloud.received[-1].body == LARGE
    assert say(recorder.url, request("GET /identity/v3")).status == 200
    assert len(recorder.lost) == 2
    assert [one.response.status for one in load(tape)] == [201, 200]
