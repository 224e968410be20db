"""The schemas of answers that services ship: of each route's handler, as its decorators keep them."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema

from tests.outside.expected import Expected, Microversion, Validator

Schema = dict[str, Any]
NEVER: Microversion = (9999, 0)


def declared(handler: Any) -> Iterator[tuple[Schema, Microversion, Microversion]]:
    """Each schema of answers that a handler is decorated with, and the microversions that it is for.

    Nova, keystone and manila share the decorator `response_body_schema`; what it was given is in its closure only.
    """
    if getattr(handler, "removed", False):
        return
    bounds = number(getattr(handler, "min_version", None), (0, 0)), number(getattr(handler, "max_version", None), NEVER)
    while handler is not None:
        code = getattr(handler, "__code__", None)
        if code is not None and code.co_qualname.startswith("response_body_schema."):
            kept = inspect.getclosurevars(handler).nonlocals
            schema = kept.get("response_body_schema", kept.get("schema"))
            if isinstance(schema, dict):
                first, last = number(kept.get("min_version"), (0, 0)), number(kept.get("max_version"), NEVER)
                yield schema, max(first, bounds[0]), min(last, bounds[1])
        handler = getattr(handler, "__wrapped__", None)


def number(text: str | None, default: Microversion) -> Microversion:
    major, _, minor = (text or "").partition(".")
    return (int(major), int(minor)) if minor else default


def judged(validator: Any) -> Validator:
    """The words of a jsonschema validator."""

    def words(body: Any) -> Iterator[str]:
        for whole in validator.iter_errors(body):
            error = jsonschema.exceptions.best_match([whole])
            place = ".".join("*" if isinstance(part, int) else str(part) for part in error.absolute_path)
            yield f"{place or '$'}: {error.message[:300]}"

    return words


def plain(schema: Schema) -> Validator:
    return judged(jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()))


def _of_handler(
    place: tuple[str, str, str, str], handler: Any, validator: Callable[[Schema], Any], action: str = ""
) -> Iterator[Expected]:
    for schema, first, last in declared(handler):
        yield Expected(*place, judged(validator(schema)), action, first, last)


def nova() -> Iterator[Expected]:
    routes = importlib.import_module("nova.api.openstack.compute.routes")
    validators = importlib.import_module("nova.api.validation.validators")

    def validator(schema: Schema) -> Any:
        return validators._SchemaValidator(schema, is_body=True).validator

    for path, methods in routes.ROUTE_LIST:
        for method, (factory, name) in methods.items() if isinstance(methods, dict) else ():
            main, more = factory.args
            if name != "action":
                yield from _of_handler(("compute", "v2.1", method, path), getattr(main, name), validator)
            for controller in (main, *more) if name == "action" else ():
                for action, function in controller.wsgi_actions.items():
                    place = ("compute", "v2.1", method, path)
                    yield from _of_handler(place, getattr(controller, function), validator, action)


def keystone() -> Iterator[Expected]:
    configuration = importlib.import_module("keystone.conf")
    application = importlib.import_module("keystone.server.flask.application")
    validators = importlib.import_module("keystone.common.validation.validators")
    configuration.configure()

    def validator(schema: Schema) -> Any:
        return validators.SchemaValidator(schema).validator

    app = application.application_factory()
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        template = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        if not template.startswith("/v3"):
            continue
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            handler = getattr(getattr(view, "view_class", None), method.lower(), view)
            yield from _of_handler(("identity", "v3", method, template[3:]), handler, validator)


def manila() -> Iterator[Expected]:
    options = importlib.import_module("manila.common.config").CONF
    options([], project="manila", default_config_files=[])
    rpc: Any = importlib.import_module("manila.rpc")
    rpc.TRANSPORT = importlib.import_module("oslo_messaging").get_rpc_transport(options, url="fake:/")
    router = importlib.import_module("manila.api.v2.router").APIRouter()
    validators = importlib.import_module("manila.api.validation.validators")

    def validator(schema: Schema) -> Any:
        return validators._SchemaValidator(schema).validator

    for route in router.map.matchlist:
        controller = getattr(route.defaults.get("controller"), "controller", None)
        versioned, name = getattr(controller, "versioned_methods", {}), str(route.defaults.get("action"))
        path = re.sub(r":\(?(\w+)\)?", r"{\1}", route.routepath.removesuffix(".:(format)"))
        for method in (route.conditions or {}).get("method") or ["GET"]:
            place = ("shared-file-system", "v2", method, re.sub(r"^/\{project_id.*?\}(?=/)", "", path))
            for one in versioned.get(name, ()):
                yield from _bounded(one, _of_handler(place, one.func, validator))
            if handler := vars(type(controller)).get(name) if name not in versioned else None:
                yield from _of_handler(place, handler, validator)


def _bounded(versioned: Any, rows: Iterator[Expected]) -> Iterator[Expected]:
    """The rows between the versions of the method that they are of."""
    start, end = versioned.start_version, versioned.end_version
    first = (0, 0) if start.is_null() else (start._ver_major, start._ver_minor)
    last = NEVER if end.is_null() else (end._ver_major, end._ver_minor)
    for row in rows:
        yield dataclasses.replace(row, first=max(first, row.first), last=min(last, row.last))


def glance() -> Iterator[Expected]:
    def schema(module: str, name: str = "get_schema") -> Validator:
        return plain(getattr(importlib.import_module(f"glance.api.v2.{module}"), name)().raw())

    for path, one, many in GLANCE:
        module, _, named = one.partition(".")
        whole = schema(module, named or "get_schema")
        for method in ("GET", "PUT", "PATCH"):
            yield Expected("image", "v2", method, f"{path}/{{id}}", whole)
        every = schema(module, "get_collection_schema")
        yield Expected("image", "v2", "GET", path, every)
        yield Expected("image", "v2", "POST", path, every if many else whole)


# Path, what gives the schema of one, and whether a POST makes many.
GLANCE = (
    ("/images", "images", False),
    ("/images/{image_id}/members", "image_members", False),
    ("/tasks", "tasks.get_task_schema", False),
    ("/metadefs/namespaces", "metadef_namespaces", False),
    ("/metadefs/namespaces/{namespace}/objects", "metadef_objects", False),
    ("/metadefs/namespaces/{namespace}/properties", "metadef_properties", False),
    ("/metadefs/namespaces/{namespace}/tags", "metadef_tags", True),
    ("/metadefs/namespaces/{namespace}/resource_types", "metadef_resource_types", False),
)
