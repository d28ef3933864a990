"""The control API: turn the clock, order failures, act as a resident, look at what happened.

For tests and rehearsals; JSON in and out. It is not part of the Graph API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from connectors.whatsapp_emulator.emulator import Emulator
from connectors.whatsapp_emulator.faults import read_fault
from connectors.whatsapp_emulator.resident_side import ResidentSide
from foundation.errors import InvalidFormError


def blueprint(emulator: Emulator) -> Blueprint:
    """Return the routes under ``/control``."""
    area = Blueprint("control", __name__, url_prefix="/control")
    control = _Control(emulator)
    rule = area.add_url_rule
    rule("/state", view_func=control.state, methods=["GET"])
    rule("/sends", view_func=control.sends, methods=["GET"])
    rule("/messages", view_func=control.messages, methods=["GET"])
    rule("/deliveries", view_func=control.deliveries, methods=["GET"])
    rule("/clock", view_func=control.clock, methods=["POST"])
    rule("/behaviour", view_func=control.behaviour, methods=["POST"])
    rule("/faults", view_func=control.order_faults, methods=["POST"])
    rule("/faults", view_func=control.clear_faults, methods=["DELETE"])
    rule("/webhook", view_func=control.webhook, methods=["POST"])
    rule("/residents", view_func=control.add_resident, methods=["POST"])
    one = "/residents/<user_id>"
    rule(one, view_func=control.change_resident, methods=["PATCH"])
    rule(f"{one}/messages", view_func=control.say, methods=["POST"])
    rule(f"{one}/number", view_func=control.change_number, methods=["POST"])
    rule(f"{one}/look", view_func=control.look, methods=["POST"])
    return area


class _Control:
    """The views, with the emulator they share."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._residents = ResidentSide(emulator)

    def state(self) -> ResponseReturnValue:
        with self._emulator.lock:
            now = self._emulator.clock()
            residents = [
                {**_plain(asdict(r)), "window_seconds": r.window_left(now).total_seconds()}
                for r in self._emulator.people
            ]
            return jsonify(
                now=now.isoformat(),
                behaviour=_plain(asdict(self._emulator.behaviour)),
                faults=[asdict(fault) for fault in self._emulator.faults.left()],
                residents=residents,
                undelivered=self._emulator.webhook_sender.pending(),
                lost=self._emulator.webhook_sender.lost,
                delivered_service=self._emulator.timeline.delivered_service(f"{now:%Y-%m}"),
            )

    def sends(self) -> ResponseReturnValue:
        with self._emulator.lock:
            return jsonify([_plain(asdict(record)) for record in self._emulator.sends])

    def messages(self) -> ResponseReturnValue:
        with self._emulator.lock:
            return jsonify([_plain(asdict(m)) for m in self._emulator.chats.all()])

    def deliveries(self) -> ResponseReturnValue:
        with self._emulator.lock:
            return jsonify([_plain(asdict(entry)) for entry in self._emulator.webhook_sender.log])

    def clock(self) -> ResponseReturnValue:
        seconds = _object().get("advance")
        if not isinstance(seconds, int | float) or isinstance(seconds, bool):
            raise InvalidFormError("advance must be a number of seconds")
        return jsonify(now=self._emulator.turn_clock(seconds).isoformat())

    def behaviour(self) -> ResponseReturnValue:
        return jsonify(_plain(asdict(self._emulator.change_behaviour(_object()))))

    def order_faults(self) -> ResponseReturnValue:
        body = request.get_json()
        faults = [read_fault(item) for item in (body if isinstance(body, list) else [body])]
        with self._emulator.lock:
            for fault in faults:
                self._emulator.faults.add(fault)
        return jsonify([asdict(fault) for fault in faults]), 201

    def clear_faults(self) -> ResponseReturnValue:
        with self._emulator.lock:
            self._emulator.faults.clear()
        return "", 204

    def webhook(self) -> ResponseReturnValue:
        """Deliver the request's own body, signed, exactly as it is."""
        with self._emulator.changed:
            self._emulator.webhook_sender.enqueue_raw(request.get_data(), self._emulator.clock())
            self._emulator.changed.notify_all()
        return "", 202

    def add_resident(self) -> ResponseReturnValue:
        body = _strings(_object(), "name", "wa_id", "username", "user_id")
        with self._emulator.lock:
            resident = self._emulator.people.add(
                name=body.get("name", ""),
                wa_id=body.get("wa_id", ""),
                username=body.get("username", ""),
                user_id=body.get("user_id", ""),
            )
        return jsonify(_plain(asdict(resident))), 201

    def change_resident(self, user_id: str) -> ResponseReturnValue:
        body = _object()
        if body.keys() - {"online", "reads", "on_whatsapp"}:
            raise InvalidFormError("only online, reads and on_whatsapp can be changed")
        if body.get("reads", "page") not in ("page", "auto", "never"):
            raise InvalidFormError("reads must be page, auto or never")
        with self._emulator.lock:
            changes: dict[str, Any] = {k: body[k] for k in ("reads",) if k in body}
            if "on_whatsapp" in body:
                changes["on_whatsapp"] = body["on_whatsapp"] is True
            resident = self._emulator.people.update(user_id, **changes)
            if "online" in body:
                resident = self._residents.set_online(user_id, online=body["online"] is True)
            return jsonify(_plain(asdict(resident)))

    def say(self, user_id: str) -> ResponseReturnValue:
        message = self._residents.say_item(user_id, _object())
        return jsonify(id=message.id), 201

    def change_number(self, user_id: str) -> ResponseReturnValue:
        new = _strings(_object(), "wa_id").get("wa_id", "")
        return jsonify(_plain(asdict(self._residents.change_number(user_id, new))))

    def look(self, user_id: str) -> ResponseReturnValue:
        self._residents.look(user_id)
        return "", 204


def _object() -> dict[str, Any]:
    body = request.get_json()
    if not isinstance(body, dict):
        raise InvalidFormError("the body must be a JSON object")
    return body


def _strings(body: Mapping[str, Any], *names: str) -> dict[str, str]:
    if body.keys() - set(names) or not all(isinstance(value, str) for value in body.values()):
        raise InvalidFormError(f"only texts under {', '.join(names)}")
    return dict(body)


def _plain(value: Any) -> Any:
    """Return ``value`` with moments as ISO texts, ready for JSON."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
