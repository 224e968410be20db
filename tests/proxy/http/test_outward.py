import pytest

from cloudtape.addressing import Place
from cloudtape.cassettes.messages import Response, Route
from cloudtape.http.outward import outward
from cloudtape.rewrite import Rewriter

PLACE = Place("http://c/compute/v2.1/x", Route("nova", "compute", "http://c/compute"), "", "http://p")


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ("/compute/v2.1/x", "/nova/v2.1/x"),
        ("/compute", "/nova"),
        ("/compute?x=1", "/nova?x=1"),
        ("/compute#x", "/nova#x"),
        ("/computed", "/computed"),
        ("/image/x", "/image/x"),
        ("//other/compute", "//other/compute"),
    ],
)
def test_a_path_below_the_base_of_the_cloud_is_led_below_that_of_its_route(said: str, given: str) -> None:
    answer = outward(Response(201, "", (("Location", said),)), Rewriter([]), PLACE)
    assert answer.headers == (("Location", given),)
