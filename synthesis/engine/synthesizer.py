"""Answers any request to a service of the reference, from a world: the responder of the mode `synthesize`.

    Request → service (by its address) → version document, or
            → operation → plan → Call → engine → Answer → Response

`Synthesizer` answers None only for what is no service of its cloud. A service that keeps bytes of its own (object
storage) has a responder for itself, in `others`, by service type.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from cloudtape.cassettes.messages import Request, Response, Stream, header
from cloudtape.matchers.requests.operations import OperationFinder
from cloudtape.synthesis.engine.acting import acting
from cloudtape.synthesis.engine.alike import told_apart
from cloudtape.synthesis.engine.blame import Asking, blamed
from cloudtape.synthesis.engine.calls import Answer, Call, query_of
from cloudtape.synthesis.engine.completion import Skeleton, complete, own_copy, skeleton_for
from cloudtape.synthesis.engine.discovery import document_at, is_as_printed, microversion
from cloudtape.synthesis.engine.kinds import Kinds
from cloudtape.synthesis.engine.plans import Plan, shape_of
from cloudtape.synthesis.engine.reading import body_of, ids_in, other_action, project_in, split, target_of
from cloudtape.synthesis.engine.responses import JSON, refusal, response_of
from cloudtape.synthesis.engine.scene import Cloud, Responder, Scene
from cloudtape.synthesis.engine.services import DOMAIN, Microversion, Service
from cloudtape.synthesis.engine.showing import shown
from cloudtape.synthesis.engine.telling import Form, form_of
from cloudtape.synthesis.engine.verbs import answer
from cloudtape.synthesis.engine.views import fields_asked, only
from cloudtape.synthesis.engine.xml import to_xml
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.sessions import Worlds
from cloudtape.synthesis.worlds.token_book import Token
from cloudtape.synthesis.worlds.tokens import NOBODY, holder
from cloudtape.synthesis.worlds.world import World

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "COPY")
NOT_LOGGED_IN = "The request you have made requires authentication."
READS = ("GET", "HEAD", "OPTIONS")


class Synthesizer:
    """`make_world` makes the world of a session, of which there are `most_sessions` at most."""

    def __init__(
        self,
        make_world: Callable[[Synthesizer], Awaitable[World]],
        cloud: Cloud,
        others: Mapping[str, Responder] | None = None,
        most_sessions: int = 64,
    ) -> None:
        self.cloud = cloud
        self.others = dict(others or {})
        self.worlds = Worlds(lambda: make_world(self), most_sessions)
        self._finder = OperationFinder([one for catalog in cloud.catalogs for one in catalog.operations])
        paths = [operation.path for operation in self.kinds.planner.operations if operation.path.endswith("/")]
        self._slashed = frozenset(path.split("/")[-2] for path in paths)
        self._skeleton = functools.cache(self._find_skeleton)
        self._place = functools.lru_cache(256)(self._find_place)
        self._alike = functools.cache(self._find_alike)

    @property
    def kinds(self) -> Kinds:
        return self.cloud.kinds

    async def __call__(self, request: Request) -> Response | None:
        found = await self.respond(request)
        return found[0] if found else None

    async def respond(self, request: Request) -> tuple[Response, str] | None:
        """The answer, and the id of the operation (empty where there is none).

        Raises SessionsFull where a session would be given a world and there is no room for one.
        """
        place = self._place(request.uri.split("/", 3)[2])
        if place is None:
            return None
        service, region = place
        world = await self.worlds.of(request.session)
        if other := self.others.get(service.type):
            made = await other(world, request)
            if made is None:
                return None
            found = made, ""
        else:
            found = self.answer(world, service, region, request)
        if not self.worlds.owns(request.session, world) and self.is_authenticated(request, found[0]):
            await self.worlds.own(request.session)
        return found

    async def answer_in(self, world: World, request: Request) -> Response | None:
        """The answer to a request in a world that is still being made."""
        place = self._place(request.uri.split("/", 3)[2])
        if place is None:
            return None
        if other := self.others.get(place[0].type):
            return await other(world, request)
        return self.answer(world, *place, request)[0]

    def scene_of(self, world: World) -> Scene:
        """A scene in which nobody asks for anything: for logins that no request makes."""
        service = next(one for one in self.cloud.services.values() if one.open)
        plan = self.kinds.planner.plan(service.open[0])
        version = plan.operation.version
        address = f"{service.address()}/{version}"
        request = Request(plan.operation.method, "/".join([address, *plan.segments]))
        return Scene(self.cloud, world, Call(request, service, "", version, address, (), (), NOBODY, (0, 0), plan, ()))

    def answer(self, world: World, service: Service, region: str, request: Request) -> tuple[Response, str]:
        """Answer one request from a world. Never raises for what a client sends; a fault of ours is a 500."""
        asking = Asking(world.request_id())
        try:
            response = self._answer(world, service, region, request, asking)
        except Refused as refused:
            response = refusal(service, refused, asking.micro, asking.id)
        except Exception:
            response = refusal(service, blamed(request, asking.call), asking.micro, asking.id)
        return response, asking.operation

    def _answer(self, world: World, service: Service, region: str, request: Request, asking: Asking) -> Response:
        """Raises Refused."""
        target, id_ = target_of(request)[1], asking.id
        if request.method in ("GET", "HEAD") and (told := document_at(service, region, target)) is not None:
            return response_of(service, self._version_document(told, service, request, target), (0, 0), id_)
        token = acting(service, request, _token(world, request))
        plan = self._plan(service, request, target, token)
        asking.operation = plan.operation.id
        # Where tokens of another cloud are trusted, that cloud may know newer microversions.
        micro = asking.micro = microversion(service, split(target)[0], request, lenient=world.trusted is not None)
        if asking.operation not in service.open and token is NOBODY:
            raise Refused(401, NOT_LOGGED_IN)
        call = asking.call = self._call(service, region, request, plan, token, micro)
        operation = asking.operation = call.plan.operation.id
        if self.cloud.amendments.is_absent(operation, micro) and not call.as_printed:
            raise Refused(404, "The resource could not be found.")
        fields = fields_asked(call)
        in_json = not fields and not self.cloud.amendments.of(operation) and not _wants_xml(request)
        if wrong := self.cloud.amendments.wrong_number(operation, call.body):
            raise Refused(400, wrong)
        scene = Scene(self.cloud, world, call, self._skeleton(operation), in_json, id_, self.others)
        made = self._with_status(answer(scene), call)
        made = self._completed(made, call) if made.shows is None else self._shown(made, scene)
        if fields:
            made = Answer(made.status, only(made.body, fields), made.headers)
        return response_of(service, self._in_their_format(made, request, call.plan), micro, id_)

    def call(self, world: World, request: Request) -> Call | None:
        """A request as it would be understood, whoever answers it; None where no operation here is meant."""
        place = self._place(request.uri.split("/", 3)[2])
        if place is None or place[0].type in self.others:
            return None
        service, region = place
        target = target_of(request)[1]
        try:
            plan = self._plan(service, request, target, NOBODY)
            micro = microversion(service, split(target)[0], request, lenient=True)
            return self._call(service, region, request, plan, _token(world, request), micro)
        except Refused:
            return None

    def is_authenticated(self, request: Request, response: Response) -> bool:
        """Whether an answer from a world that is nobody's yet says that its client may do something: that a login is
        right, or its first step (then there is a receipt), or the signature of an upload.
        """
        receipts = (name for service in self.cloud.services.values() for name in service.receipts)
        return (response.status < 300 and request.method not in READS) or any(
            header(response.headers, name) for name in receipts
        )

    def has_own(self, request: Request) -> bool:
        """Whether a request is for a service that has a responder for itself."""
        place = self._place(request.uri.split("/", 3)[2])
        return place is not None and place[0].type in self.others

    def _call(
        self, service: Service, region: str, request: Request, plan: Plan, token: Token, micro: Microversion
    ) -> Call:
        origin, target, query = target_of(request)
        version, prefix, path = split(target)
        base = origin + prefix + project_in(path, plan)
        ids, body = ids_in(path, plan), body_of(request, plan, service.data_types)
        plan = told_apart(plan, self._alike(plan.operation.id), body)
        printed = is_as_printed(service, version, plan, len(path) > len(plan.segments), request)
        about = (request, service, region, version, base, path, query_of(query), token, micro)
        return Call(*about, plan, ids, body, printed)

    def _version_document(self, told: Answer, service: Service, request: Request, target: str) -> Answer:
        found = self._finder.find("GET", target, service.type)
        if found is None:
            return told
        body = self.cloud.amendments.amended(told.body, found.id, (0, 0), request)
        told = Answer(self.cloud.amendments.status(found.id, request) or told.status, body, told.headers)
        return self._in_their_format(told, request, self.kinds.planner.plan(found.id))

    def _in_their_format(self, made: Answer, request: Request, plan: Plan) -> Answer:
        """As XML, where the client asks for that and the reference documents it."""
        if made.body is None or isinstance(made.body, bytes | Stream) or not _wants_xml(request):
            return made
        example = next((one.xml for one in (plan, *self._alike(plan.operation.id)) if one.xml), "")
        if not example:
            return made
        return Answer(made.status, to_xml(made.body, example), (*made.headers, ("Content-Type", "application/xml")))

    def _find_alike(self, operation_id: str) -> list[Plan]:
        """The operations that no request's method and path tell from another one."""
        planner = self.kinds.planner
        plan = planner.plan(operation_id)
        same = shape_of(plan)
        others = (planner.plan(operation.id) for operation in planner.kinds.get(plan.kind, ()))
        return [other for other in others if other is not plan and shape_of(other) == same]

    def _shown(self, made: Answer, scene: Scene) -> Answer:
        """A resource as its operation shows it, encoded once until it changes."""
        one, call = made.shows, scene.call
        assert one is not None

        def text() -> bytes:
            told = shown(scene, one)
            return msgspec.json.encode((told if one.is_whole else self._completed(told, call)).body)

        return Answer(
            made.status,
            one.text((call.plan.operation.id, call.micro, call.base, call.token.is_admin, call.as_printed), text),
            (JSON,),
        )

    def _completed(self, made: Answer, call: Call) -> Answer:
        """The answer with the structure that the reference documents."""
        if made.status >= 300 or not isinstance(made.body, dict | list):
            return made
        body, skeleton = made.body, self._skeleton(call.plan.operation.id)
        if skeleton is not None and not made.whole:
            body = complete(own_copy(body), skeleton, self._form(call))
        if not call.as_printed:
            body = self.cloud.amendments.amended(body, call.plan.operation.id, call.micro, call.request)
        return Answer(made.status, body, made.headers)

    def _form(self, call: Call) -> Form:
        return form_of(self.kinds[call.plan.kind].rule, call.plan, call.micro, call.token.is_admin, call.as_printed)

    def _with_status(self, made: Answer, call: Call) -> Answer:
        """With the status that the operation has in this microversion, and for who asks."""
        told = self._form(call).status
        if told and made.status == call.plan.status:
            made = msgspec.structs.replace(made, status=told)
        status = self.cloud.amendments.status(call.plan.operation.id, call.request)
        return msgspec.structs.replace(made, status=status) if status and made.status < 300 else made

    def _find_skeleton(self, operation_id: str) -> Skeleton | None:
        plan = self.kinds.planner.plan(operation_id)
        return skeleton_for(plan, self._alike(operation_id), self.kinds[plan.kind])

    def _find_place(self, host: str) -> tuple[Service, str] | None:
        kind, _, rest = host.partition(".")
        service = self.cloud.services.get(kind)
        region = rest.removesuffix(DOMAIN).rstrip(".") if rest.endswith(DOMAIN) else None
        return (service, region) if service and region is not None else None

    def _plan(self, service: Service, request: Request, target: str, token: Token) -> Plan:
        """Raises Refused for a path or a method that the service does not have."""
        body = request.body if isinstance(request.body, bytes) else b""
        found = self._finder.find(request.method, target, service.type, body)
        if found is None:
            if token is NOBODY:
                raise Refused(401, NOT_LOGGED_IN)
            if self._has_empty_id(service, target):
                raise Refused(404, "The resource could not be found.")
            others = [method for method in METHODS if self._finder.candidates(method, target, service.type)]
            if others:
                raise Refused(405, f"{request.method} is not allowed here; there are {', '.join(others)}.")
            raise Refused(404, "The resource could not be found.")
        if self._has_empty_id(service, target):
            raise Refused(404, "The resource could not be found.")
        if wrong := other_action(found, body):
            raise Refused(400, f"There is no such action: {wrong}")
        return self.kinds.planner.plan(found.id)

    def _has_empty_id(self, service: Service, target: str) -> bool:
        """Whether an id is missing behind the last slash."""
        return service.exact and target.endswith("/") and target.split("/")[-2] not in self._slashed


def _wants_xml(request: Request) -> bool:
    accepted = header(request.headers, "accept") or ""
    return "xml" in accepted and "json" not in accepted


def _token(world: World, request: Request) -> Token:
    return holder(world, header(request.headers, "x-auth-token")) or NOBODY
