"""XML, where the reference documents it: in each service's own form, and read without harm."""

from xml.etree import ElementTree

import pytest

from cloudtape.openstack.catalog import default_catalog
from cloudtape.synthesis.engine.xml import XmlError, from_xml, to_xml
from tests.synthesis.requests import Asker, json_of

DOCUMENTED = [
    one.id
    for one in default_catalog().operations
    if any(example.format == "xml" and example.side == "response" for example in default_catalog().examples_of(one))
    and one.service != "object-store"
]
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><volume name="&b;"/>'


@pytest.mark.parametrize("operation", DOCUMENTED)
def test_an_operation_with_an_xml_example_answers_in_xml(operation: str) -> None:
    response = Asker().operation(default_catalog().get(operation), headers=(("Accept", "application/xml"),))
    assert response.status < 300
    assert isinstance(response.body, bytes)
    if response.body:
        assert ElementTree.fromstring(response.body).tag
        assert ("Content-Type", "application/xml") in response.headers


def test_scalars_are_attributes_or_elements_as_in_the_example() -> None:
    volume = {"volume": {"id": "1", "metadata": {"a": "b"}, "attachments": []}}
    attributes = ElementTree.fromstring(to_xml(volume, '<volume xmlns="urn:x" id="2"><metadata/></volume>'))
    assert (attributes.tag, attributes.get("id")) == ("{urn:x}volume", "1")
    assert attributes.find("{urn:x}metadata/{urn:x}meta").text == "b"  # type: ignore[union-attr]
    elements = ElementTree.fromstring(to_xml({"network": {"id": "1"}}, "<network><id>2</id></network>"))
    assert elements.findtext("id") == "1"


def test_a_request_in_xml_says_what_its_json_says() -> None:
    xml = b'<volume xmlns="http://docs.openstack.org/volume" name="x" size="2"><metadata><meta key="a">b</meta></metadata></volume>'
    sample = {"volume": {"size": 1, "name": ""}}
    assert from_xml(xml, sample) == {"volume": {"name": "x", "size": 2, "metadata": {"a": "b"}}}


def test_a_volume_can_be_made_in_xml() -> None:
    asker = Asker()
    kinds = (("Content-Type", "application/xml"), ("Accept", "application/json"))
    made = asker.ask("POST", "block-storage", "/v2/p/volumes", b'<volume name="x" size="2"/>', kinds)
    assert made.status == 202
    assert json_of(made)["volume"]["size"] == 2


@pytest.mark.parametrize("data", [b"<a", b"", b"plain", BOMB])
def test_what_is_no_xml_or_a_bomb_is_refused(data: bytes) -> None:
    with pytest.raises(XmlError):
        from_xml(data, None)
