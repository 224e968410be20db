"""XML and HTML: what stays as it is, and what is found in it."""

import time

import pytest

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.cassettes.scrubbing.scrub import Scrubber

XML = (("Content-Type", "application/xml"),)


def scrubbed(text: str) -> str:
    found = Scrubber().scrub(Interaction(Request("GET", "http://c/x"), Response(200, "OK", XML, text.encode())))
    assert isinstance(found.response.body, bytes)
    return found.response.body.decode()


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0" encoding="UTF-8"?>\n<account name="AUTH_x"><container><name>box</name></container></account>',
        '<?xml version="1.0"?>\n<!DOCTYPE cross-domain-policy SYSTEM "http://a/x.dtd">\n<cross-domain-policy/>',
        '<?xml version="1.0"?><!DOCTYPE a [ <!ENTITY b "c"> <!ELEMENT a (#PCDATA)> ]><a>&b;</a>',
        "<!DOCTYPE html>\n<!-- a < b & c --><html><body><br><p>caf&eacute; &amp; tea</p></body></html>",
        "<!-- <password>--><a>plain</a>",
        "<html><script>if (a < b && c > d) { e = '<token>' }</script><style>a > b {}</style><p>plain</p></html>",
        "\ufeff<?xml version='1.0'?><a/>",
        "<a><![CDATA[x < y && <b>]]></a>",
        "<", "< b", "<!", "<!-- no end", "<?xml no end", "<a b='no end>", "<a>&lt;b c</a>", "&lt;b <",
    ],
)  # fmt: skip
def test_what_holds_no_secret_stays_byte_for_byte(text: str) -> None:
    assert scrubbed(text) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<?xml version='1.0'?><!-- x --><adminPass>Pl4nted</adminPass>", "Pl4nted"),
        ("<!DOCTYPE a><a adminPass='Pl4nted' b='&eacute;'/>", "Pl4nted"),
        ("<!-- <adminPass>Pl4nted</adminPass> -->", "Pl4nted"),
        ("<!-- password=Pl4nted --><a/>", "Pl4nted"),
        ("<adminPass><![CDATA[Pl4nted]]></adminPass>", "Pl4nted"),
        ("\ufeff<?xml version='1.0'?><adminPass>Pl4nted</adminPass>", "Pl4nted"),
        ("<script>if (a && b) { password = 'Pl4nted' } c < d</script>", "Pl4nted"),
        ("<a>&lt;adminPass&gt;Pl4nted&lt;/adminPass&gt; caf&eacute; &#233;</a>", "Pl4nted"),
        ("<a>caf&eacute; password=Pl4nted &#233; &amp;</a>", "Pl4nted"),
        ("<p>one<br>two</p><adminPass>Pl4&amp;nted</adminPass><p>a &lt; b</p>", "Pl4&amp;nted"),
    ],
)
def test_a_secret_is_replaced_and_nothing_else(before: str, after: str) -> None:
    assert scrubbed(before) == before.replace(after, "scrubbed-password-1")


@pytest.mark.parametrize("piece", ["<a", "<!--", "<!a[", "<![CDATA[", "<?", "<a></b>", "<script>", "<a>< b=</a>"])
def test_the_cost_grows_with_the_length_only(piece: str) -> None:
    def seconds(times: int) -> float:
        began = time.process_time()
        scrubbed(piece * times)
        return time.process_time() - began

    assert seconds(40_000) < 20 * seconds(10_000) + 0.5


@pytest.mark.parametrize(
    "text",
    [
        "<log><line>tokens issued today: 859798622</line></log>",
        "<html><body><pre>tokens issued today: 859798622</pre></body></html>",
        "<line><![CDATA[tokens issued today: 111497872]]></line>",
        "<p><n>fingerprint</n><v>cb:52:be:22:f2:4a:06:5d:36:e3:72:20:14:2c:ab:f3</v></p>",
    ],
)
def test_what_closes_an_element_makes_no_secret_of_a_number_or_a_fingerprint(text: str) -> None:
    assert scrubbed(text) == text
