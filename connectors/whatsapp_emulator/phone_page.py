"""The phone-like page on which one chats as a resident, and the panel beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as WerkzeugResponse

from connectors.whatsapp_emulator.emulator import Emulator
from connectors.whatsapp_emulator.faults import read_fault
from connectors.whatsapp_emulator.message_views import MessageView, message_views, plain_text
from connectors.whatsapp_emulator.people import Resident
from connectors.whatsapp_emulator.records import ChatMessage
from connectors.whatsapp_emulator.resident_side import ResidentSide
from foundation.errors import InvalidFormError

_TYPING_SECONDS = 25
_LOG_LINES = 12
_PICTURES = ("image/jpeg", "image/png", "image/webp")


@dataclass(frozen=True)
class Presets:
    """What the panel offers."""

    places: tuple[dict[str, Any], ...]
    faults: tuple[dict[str, Any], ...]
    turns: tuple[dict[str, Any], ...]


@cache
def presets() -> Presets:
    """Return the panel's choices from ``presets.json``."""
    content = json.loads((Path(__file__).parent / "presets.json").read_text(encoding="utf-8"))
    return Presets(**{name: tuple(rows) for name, rows in content.items()})


def blueprint(emulator: Emulator) -> Blueprint:
    """Return the pages."""
    area = Blueprint("phone", __name__)
    page = _Page(emulator)
    rule = area.add_url_rule
    rule("/", view_func=page.phones, methods=["GET"])
    rule("/wa/<number>", view_func=page.click_to_chat, methods=["GET"])
    rule("/telepon", view_func=page.add, methods=["POST"])
    one = "/telepon/<user_id>"
    rule(one, view_func=page.chat, methods=["GET"])
    rule(f"{one}/isi", view_func=page.content, methods=["GET"])
    rule(f"{one}/teks", view_func=page.say_text, methods=["POST"])
    rule(f"{one}/pilih", view_func=page.choose, methods=["POST"])
    rule(f"{one}/berkas", view_func=page.send_file, methods=["POST"])
    rule(f"{one}/lokasi", view_func=page.send_location, methods=["POST"])
    rule(f"{one}/nomor", view_func=page.share_number, methods=["POST"])
    rule(f"{one}/keadaan", view_func=page.change, methods=["POST"])
    rule(f"{one}/jam", view_func=page.turn_clock, methods=["POST"])
    rule(f"{one}/gangguan", view_func=page.order_fault, methods=["POST"])
    rule("/berkas/<media_id>", view_func=page.file, methods=["GET"])
    return area


class _Page:
    """The views, with the emulator they share."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._residents = ResidentSide(emulator)

    def phones(self) -> ResponseReturnValue:
        emulator = self._emulator
        with emulator.lock:
            rows = [(r, self._last_line(r)) for r in emulator.people]
            return render_template(
                "phones.html",
                rows=rows,
                office=emulator.config,
                prefilled=request.args.get("text", ""),
                strangers=emulator.chats.of("")[-5:],
                now=emulator.clock(),
            )

    def click_to_chat(self, number: str) -> ResponseReturnValue:
        """Play ``https://wa.me/<number>?text=…``: choose a phone, the text waits in its input."""
        if number != self._emulator.config.display_phone_number:
            abort(404)
        return redirect("/?" + urlencode({"text": request.args.get("text", "")}))

    def add(self) -> ResponseReturnValue:
        form = request.form
        with self._emulator.lock:
            resident = self._emulator.people.add(
                name=form.get("nama", ""),
                wa_id=form.get("nomor", ""),
                username=form.get("nama_pengguna", ""),
            )
        return redirect(url_for("phone.chat", user_id=resident.user_id), 303)

    def chat(self, user_id: str) -> ResponseReturnValue:
        with self._emulator.lock:
            resident = self._emulator.people.get(user_id)
            return render_template(
                "phone.html",
                prefilled=request.args.get("text", ""),
                presets=presets(),
                **self._view(resident),
            )

    def content(self, user_id: str) -> ResponseReturnValue:
        """Return chat and panel as HTML in JSON; the page puts in what has changed."""
        if request.args.get("lihat") == "1":
            self._residents.look(user_id)
        with self._emulator.lock:
            resident = self._emulator.people.get(user_id)
            view = self._view(resident)
            return jsonify(
                chat=render_template("_chat.html", **view),
                log=render_template("_log.html", **view),
                user_id=resident.user_id,
            )

    def say_text(self, user_id: str) -> ResponseReturnValue:
        text = request.form.get("teks", "").replace("\r\n", "\n")
        self._residents.say_text(user_id, text)
        return self._back(user_id)

    def choose(self, user_id: str) -> ResponseReturnValue:
        form = request.form
        self._residents.choose(user_id, form.get("pesan", ""), form.get("pilihan", ""))
        return self._back(user_id)

    def send_file(self, user_id: str) -> ResponseReturnValue:
        file = request.files.get("berkas")
        if file is None or not file.filename:
            raise InvalidFormError("no file was chosen")
        self._residents.send_file(
            user_id,
            content=file.read(),
            mime_type=file.mimetype or "application/octet-stream",
            filename=file.filename,
            caption=request.form.get("teks", ""),
        )
        return self._back(user_id)

    def send_location(self, user_id: str) -> ResponseReturnValue:
        index = request.form.get("tempat", "")
        places = presets().places
        if not index.isdecimal() or int(index) >= len(places):
            raise InvalidFormError("that place is not on the list")
        place = places[int(index)]
        self._residents.send_location(
            user_id,
            place["latitude"],
            place["longitude"],
            name=place["name"],
            address=place["address"],
        )
        return self._back(user_id)

    def share_number(self, user_id: str) -> ResponseReturnValue:
        self._residents.share_number(user_id)
        return self._back(user_id)

    def change(self, user_id: str) -> ResponseReturnValue:
        form = request.form
        if "hidup" in form:
            self._residents.set_online(user_id, online=form["hidup"] == "1")
        if form.get("baca") in ("page", "auto", "never"):
            with self._emulator.lock:
                self._emulator.people.update(user_id, reads=form["baca"])
        if form.get("nomor_baru"):
            user_id = self._residents.change_number(user_id, form["nomor_baru"]).user_id
        return self._back(user_id)

    def turn_clock(self, user_id: str) -> ResponseReturnValue:
        seconds = request.form.get("detik", "")
        if not seconds.isdecimal():
            raise InvalidFormError("seconds must be a whole number")
        self._emulator.turn_clock(int(seconds))
        return self._back(user_id)

    def order_fault(self, user_id: str) -> ResponseReturnValue:
        index = request.form.get("gangguan", "")
        known = presets().faults
        with self._emulator.lock:
            if index == "hapus":
                self._emulator.faults.clear()
            elif index.isdecimal() and int(index) < len(known):
                self._emulator.faults.add(read_fault(known[int(index)]["fault"]))
            else:
                raise InvalidFormError("that fault is not on the list")
        return self._back(user_id)

    def file(self, media_id: str) -> ResponseReturnValue:
        """Show a picture of the chat, or offer a file for download."""
        with self._emulator.lock:
            file = self._emulator.media.find(media_id)
        if file is None:
            abort(404)
        answer = Response(file.content, content_type=file.mime_type)
        if file.mime_type not in _PICTURES:
            answer.headers["Content-Disposition"] = "attachment"
        return answer

    def _back(self, user_id: str) -> WerkzeugResponse:
        return redirect(url_for("phone.chat", user_id=user_id), 303)

    def _view(self, resident: Resident) -> dict[str, Any]:
        emulator = self._emulator
        now = emulator.clock()
        since = emulator.typing_since.get(resident.user_id)
        return {
            "resident": resident,
            "office": emulator.config,
            "messages": self._message_views(resident),
            "typing": since is not None and (now - since).total_seconds() < _TYPING_SECONDS,
            "now": now,
            "window_left": resident.window_left(now),
            "faults": len(emulator.faults.left()),
            "pending": emulator.webhook_sender.pending(),
            "sends": list(emulator.sends)[-_LOG_LINES:][::-1],
            "states": {m.id: m for m in emulator.chats.of(resident.user_id)},
            "deliveries": list(emulator.webhook_sender.log)[-_LOG_LINES:][::-1],
        }

    def _message_views(self, resident: Resident) -> list[MessageView]:
        emulator = self._emulator
        return message_views(emulator.chats, resident.user_id, emulator.media.mime_types())

    def _last_line(self, resident: Resident) -> tuple[ChatMessage, str] | None:
        messages = self._emulator.chats.of(resident.user_id)
        return (messages[-1], plain_text(messages[-1])) if messages else None
