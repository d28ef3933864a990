"""The Graph API over HTTP: messages, media, business profile (SPEC sections 5 and 8)."""

from __future__ import annotations

import re
import socket
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from connectors.whatsapp_emulator.emulator import Emulator, SendRecord
from connectors.whatsapp_emulator.faults import Fault
from connectors.whatsapp_emulator.graph_errors import GraphError
from connectors.whatsapp_emulator.profile_rules import PROFILE_FIELDS, check_profile
from connectors.whatsapp_emulator.records import ChatMessage

OLDEST_VERSION = 24
"""SPEC section 15: v24.0 or later."""


def blueprint(emulator: Emulator, stopping: Any) -> Blueprint:
    """Return the routes. ``stopping.wait(seconds)`` (an event) delays answers where ordered."""
    area = Blueprint("graph", __name__)
    api = _Api(emulator, stopping)
    area.register_error_handler(GraphError, api.refuse)
    rule = area.add_url_rule
    rule("/<version>/<node>/messages", view_func=api.messages, methods=["POST"])
    rule("/<version>/<node>/media", view_func=api.upload, methods=["POST"])
    profile = "/<version>/<node>/whatsapp_business_profile"
    rule(profile, view_func=api.read_profile, methods=["GET"])
    rule(profile, view_func=api.write_profile, methods=["POST"])
    rule("/<version>/<int:media_id>", view_func=api.node, methods=["GET"])
    rule("/<version>/<int:media_id>", view_func=api.delete_media, methods=["DELETE"])
    rule("/unduh/<key>", view_func=api.download, methods=["GET"])
    return area


class _Api:
    """The views, with the emulator they share."""

    def __init__(self, emulator: Emulator, stopping: Any) -> None:
        self._emulator = emulator
        self._stopping = stopping

    def refuse(self, error: GraphError) -> ResponseReturnValue:
        trace_id = f"{self._emulator.rng.getrandbits(64):016X}"
        return jsonify(error.answer(trace_id)), error.http

    def messages(self, version: str, node: str) -> ResponseReturnValue:
        self._authorise(version, node)
        body = _json()
        if body.get("status") is not None:
            self._emulator.mark_read(body)
            return jsonify(success=True)
        with self._emulator.lock:
            fault = self._emulator.faults.take(self._names_of(body))
        return self._send(body, fault or Fault(accepted=True))

    def _send(self, body: dict[str, Any], fault: Fault) -> ResponseReturnValue:
        message, error = self._attempt(body, fault)
        if error is not None:
            self._record(body, message, error.code, error.http)
            raise error
        if fault.hold:
            self._stopping.wait(fault.hold)
        if fault.cut:
            self._record(body, message, None, 0)
            return _cut()
        if fault.http is not None or message is None:
            status = fault.http or 503
            self._record(body, message, None, status)
            return Response("<html>upstream error</html>", status, content_type="text/html")
        self._record(body, message, None, 200)
        return jsonify(self._accepted(body, message))

    def _attempt(
        self, body: dict[str, Any], fault: Fault
    ) -> tuple[ChatMessage | None, GraphError | None]:
        message = None
        if not fault.refuses:
            try:
                late = fault.code if fault.where == "status" else None
                message = self._emulator.send(body, fail_with=late)
            except GraphError as error:
                return None, error
        if fault.code is not None and fault.where == "answer":
            return message, GraphError(fault.code, "ordered failure", http=fault.http)
        return message, None

    def upload(self, version: str, node: str) -> ResponseReturnValue:
        self._authorise(version, node)
        if request.form.get("messaging_product") != "whatsapp":
            raise GraphError(100, "messaging_product must be whatsapp")
        file = request.files.get("file")
        if file is None:
            raise GraphError(131008, "file is required")
        mime_type = request.form.get("type") or file.mimetype
        with self._emulator.lock:
            now = self._emulator.clock()
            kept = self._emulator.media.upload(file.read(), mime_type, file.filename or "", now)
        return jsonify(id=kept.id)

    def node(self, version: str, media_id: int) -> ResponseReturnValue:
        """Serve the phone number itself, or the description of a file."""
        self._authorise(version)
        if str(media_id) == self._emulator.config.phone_number_id:
            return jsonify(self._phone_number())
        self._check_owner()
        with self._emulator.lock:
            now = self._emulator.clock()
            file = self._emulator.media.get(str(media_id), now)
            key = self._emulator.media.new_link(file.id, now)
        return jsonify(
            messaging_product="whatsapp",
            url=f"{request.host_url}unduh/{key}",
            mime_type=file.mime_type,
            sha256=file.digest.hex(),
            file_size=len(file.content),
            id=file.id,
        )

    def delete_media(self, version: str, media_id: int) -> ResponseReturnValue:
        self._authorise(version)
        self._check_owner()
        with self._emulator.lock:
            self._emulator.media.delete(str(media_id), self._emulator.clock())
        return jsonify(success=True)

    def download(self, key: str) -> ResponseReturnValue:
        self._check_token()
        with self._emulator.lock:
            file = self._emulator.media.linked(key, self._emulator.clock())
        if file is None:
            return Response("not found", 404, content_type="text/plain")
        return Response(file.content, content_type=file.mime_type)

    def read_profile(self, version: str, node: str) -> ResponseReturnValue:
        self._authorise(version, node)
        wanted = request.args.get("fields", ",".join(PROFILE_FIELDS)).split(",")
        with self._emulator.lock:
            profile = self._emulator.profile
            shown = {k: v for k, v in profile.items() if k in (*wanted, "messaging_product")}
        return jsonify(data=[shown])

    def write_profile(self, version: str, node: str) -> ResponseReturnValue:
        self._authorise(version, node)
        changes = check_profile(_json())
        with self._emulator.lock:
            self._emulator.profile |= changes
        return jsonify(success=True)

    def _authorise(self, version: str, node: str | None = None) -> None:
        self._check_token()
        match = re.fullmatch(r"v(\d+)\.\d+", version)
        if match is None or int(match.group(1)) < OLDEST_VERSION:
            raise GraphError(100, f"unknown or too old version: {version}")
        if node is not None and node != self._emulator.config.phone_number_id:
            # What Meta answers for a phone number id that is not ours or does not exist.
            raise GraphError(100, f"Object with ID '{node}' does not exist", subcode=33)

    def _check_token(self) -> None:
        if request.headers.get("Authorization") != f"Bearer {self._emulator.config.access_token}":
            raise GraphError(190, "Invalid OAuth access token")

    def _check_owner(self) -> None:
        owner = request.args.get("phone_number_id")
        if owner is not None and owner != self._emulator.config.phone_number_id:
            raise GraphError(100, "that file belongs to another phone number", subcode=33)

    def _names_of(self, body: dict[str, Any]) -> set[str]:
        """Return all names of the recipient, so that a fault finds it by any of them."""
        named = {str(body.get(key, "")).lstrip("+") for key in ("to", "recipient")}
        for resident in self._emulator.people:
            if named & {resident.wa_id, resident.user_id}:
                named |= {resident.wa_id, resident.user_id}
        return named - {""}

    def _accepted(self, body: dict[str, Any], message: ChatMessage) -> dict[str, Any]:
        by_number = body.get("to") is not None
        name = "wa_id" if by_number else "user_id"
        contact = {"input": body["to"] if by_number else body["recipient"], name: message.to}
        accepted = {"id": message.id}
        if message.kind == "template":
            accepted["message_status"] = "accepted"
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [accepted]}

    def _record(
        self, body: dict[str, Any], message: ChatMessage | None, code: int | None, http: int
    ) -> None:
        emulator = self._emulator
        record = SendRecord(
            at=emulator.clock(),
            kind=str(body.get("type", "text")),
            to=str(body.get("to") or body.get("recipient") or ""),
            opaque=str(body.get("biz_opaque_callback_data") or ""),
            message_id=message.id if message else "",
            code=code,
            http=http,
        )
        with emulator.lock:
            emulator.sends.append(record)

    def _phone_number(self) -> dict[str, Any]:
        config = self._emulator.config
        known = {
            "verified_name": config.verified_name,
            "display_phone_number": f"+{config.display_phone_number}",
            "quality_rating": "GREEN",
            "code_verification_status": "VERIFIED",
            "platform_type": "CLOUD_API",
        }
        wanted = request.args.get("fields", ",".join(known)).split(",")
        shown = {name: value for name, value in known.items() if name in wanted}
        return shown | {"id": config.phone_number_id}


def _json() -> dict[str, Any]:
    try:
        body = request.get_json(force=True)
    except BadRequest as error:
        raise GraphError(100, "the body is not JSON") from error
    if not isinstance(body, dict):
        raise GraphError(100, "the body must be an object")
    return body


def _cut() -> Response:
    """Close the connection under the answer, which then cannot be written."""
    connection = request.environ.get("werkzeug.socket")
    if not isinstance(connection, socket.socket):
        raise TypeError("a connection can only be cut under Werkzeug's own server")
    connection.shutdown(socket.SHUT_RDWR)
    return Response(status=503)
