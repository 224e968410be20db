"""vcrpy's part: loads a cassette of ours and plays random interactions of it to the standard library's client.

    python bench/vcr_replay.py CASSETTE SIZE COUNT     prints a JSON object

vcrpy works inside the client, so that the client's own (small) part of the CPU is in the figure.
"""

from __future__ import annotations

import http.client
import json
import random
import resource
import sys
import time

import traffic
import vcr


def ask(one: traffic.SampleCall) -> None:
    connection = http.client.HTTPConnection(traffic.CLOUD.removeprefix("http://"))
    connection.request(one.method, one.path, headers=dict(one.headers))
    answer = connection.getresponse()
    if (answer.status, answer.read()) != (one.status, one.response_body):
        sys.exit(f"{one.method} {one.path} was answered with {answer.status}")


def main(cassette: str, size: int, count: int) -> None:
    chosen = [
        traffic.exchange(traffic.read(n), n, traffic.CLOUD) for n in random.Random(3).choices(range(size), k=count)
    ]
    began = time.perf_counter()
    with vcr.use_cassette(cassette, record_mode="none", allow_playback_repeats=True):
        ready, cpu = time.perf_counter() - began, time.process_time()
        for one in chosen:
            ask(one)
        cpu = time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"ready": ready, "peak": peak, "cpu": cpu / count}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
