"""Documents as XML, where the reference documents it, and requests in XML as the JSON that says the same.

The example's form is kept: its root and namespace, and whether scalars are attributes (Block Storage, Identity) or
elements (Network, Telemetry).
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from defusedxml import ElementTree as Defused
from defusedxml.common import DefusedXmlException

from cloudtape.cassettes.json_text import DEEPEST
from cloudtape.openstack.numbers import whole

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
MAPS = frozenset({"metadata", "extra_specs", "properties"})
SINGULAR = {"addresses": "address", "policies": "policy", "metadata": "meta", "statuses": "status"}


class XmlError(ValueError):
    """The text is no XML that could be read safely."""


def to_xml(body: Any, example: str) -> bytes:
    """A JSON value in the form of an XML example."""
    form = _Form.of(example)
    if isinstance(body, dict) and len(body) == 1:
        ((name, inside),) = body.items()
    else:
        name, inside = form.root, body
    root = ElementTree.Element(form.root or name)
    if form.namespace:
        root.set("xmlns", form.namespace)
    _fill(root, inside, form.by_attributes, form.item or _singular(form.root or name))
    return b"<?xml version='1.0' encoding='UTF-8'?>\n" + ElementTree.tostring(root)


class _Form:
    """What an example shows: its root element, the namespace, the name of its items, where scalars stand."""

    def __init__(self, root: str, namespace: str, item: str, by_attributes: bool) -> None:
        self.root, self.namespace, self.item, self.by_attributes = root, namespace, item, by_attributes

    @classmethod
    def of(cls, example: str) -> _Form:
        try:
            root = Defused.fromstring(" ".join(example.split()).encode())
        except (ElementTree.ParseError, DefusedXmlException):
            return cls(*_root_of_broken(example), "", True)
        namespace, _, name = root.tag.rpartition("}")
        first = next(iter(root), None)
        attributes = any(one.attrib for one in (root, *([first] if first is not None else ())))
        nil = all(key == NIL or key == "nil" for one in root.iter() for key in one.attrib)
        return cls(name, namespace.lstrip("{"), _local(first.tag) if first is not None else "", attributes and not nil)


def _root_of_broken(example: str) -> tuple[str, str]:
    """The root's name and namespace of an example that was damaged."""
    head = example.partition("?>")[2].lstrip() or example
    name = head.partition(">")[0].lstrip("<").split()
    namespace = head.partition(' xmlns="')[2].partition('"')[0]
    return (name[0].rpartition(":")[2].rstrip("/") if name else "", namespace)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _singular(name: str) -> str:
    return SINGULAR.get(name) or (name[:-1] if name.endswith("s") and len(name) > 1 else "item")


def _fill(element: ElementTree.Element, value: Any, by_attributes: bool, item: str = "") -> None:
    if isinstance(value, dict):
        for name, one in value.items():
            _member(element, name, one, by_attributes)
    elif isinstance(value, list):
        for one in value:
            _fill(ElementTree.SubElement(element, item or "item"), one, by_attributes)
    elif value is None:
        element.set("nil", "true")
    else:
        element.text = _text(value)


def _member(element: ElementTree.Element, name: str, value: Any, by_attributes: bool) -> None:
    tag = _name(name)
    if element.tag in MAPS and not isinstance(value, dict | list):
        ElementTree.SubElement(element, "meta", key=name).text = _text(value)
    elif isinstance(value, dict | list) or not by_attributes:
        if tag != name:
            child = ElementTree.SubElement(element, "meta", key=name)
        else:
            child = ElementTree.SubElement(element, tag)
        _fill(child, value, by_attributes, _singular(tag))
    else:
        element.set(tag, _text(value))


def _name(name: str) -> str:
    """A member's name as one that XML allows; a prefix without a namespace would not be well formed."""
    safe = "".join(letter if letter.isalnum() or letter in "_-." else "_" for letter in name) or "_"
    return safe if safe[0].isalpha() or safe[0] == "_" else "_" + safe


def _text(value: Any) -> str:
    if value is None:
        return "None"
    return str(value).lower() if isinstance(value, bool) else "".join(filter(_printable, str(value)))


def _printable(letter: str) -> bool:
    """Whether XML 1.0 can hold a character."""
    return letter >= " " or letter in "\t\n\r"


# --- requests --------------------------------------------------------------------------------------------------------


def from_xml(data: bytes, sample: Any) -> Any:
    """The JSON that a request in XML says; `sample` is the example of the JSON request. Raises XmlError."""
    try:
        root = Defused.fromstring(data)
    except (ElementTree.ParseError, DefusedXmlException, LookupError, ValueError) as error:  # of unknown encodings, too
        raise XmlError(str(error)) from None
    if _is_deep(root):
        raise XmlError("it is nested too deeply")
    name = _local(root.tag)
    inside = sample.get(name) if isinstance(sample, dict) else None
    return {name: _value(root, inside)}


def _is_deep(root: ElementTree.Element) -> bool:
    level = [root]
    for _ in range(DEEPEST):
        level = [child for element in level for child in element]
    return bool(level)


def _value(element: ElementTree.Element, sample: Any) -> Any:
    children = list(element)
    if element.get(NIL) == "true" or element.get("nil") == "true":
        return None
    if children and all(_local(one.tag) == "meta" and "key" in one.attrib for one in children):
        return {one.get("key"): one.text or "" for one in children}
    if isinstance(sample, list):
        return [_value(one, sample[0] if sample else None) for one in children]
    members = {_local(name): _typed(text, _of(sample, _local(name))) for name, text in element.attrib.items()}
    for one in children:
        members[_local(one.tag)] = _value(one, _of(sample, _local(one.tag)))
    if members or isinstance(sample, dict):
        return members
    return _typed(element.text or "", sample)


def _of(sample: Any, name: str) -> Any:
    return sample.get(name) if isinstance(sample, dict) else None


def _typed(text: str, sample: Any) -> Any:
    """Text as what the JSON example has in its place."""
    if isinstance(sample, bool):
        return text.strip().lower() in ("true", "1")
    if isinstance(sample, int) and (number := whole(text.strip())) is not None:
        return number
    return None if text == "None" else text
