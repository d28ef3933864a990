"""The questionnaire of nine elements for residents, readable and fillable without JavaScript."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import segno
from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from foundation.clock import WIB
from foundation.errors import InvalidFormError, StoreUnavailableError
from reports import questionnaires
from web.context import services
from web.ratelimit import Limit, RateLimiter

_SENDINGS = Limit(burst=30, per_second=1 / 60)
"""Of one address; a village, or the counter's own network, may share one."""

_SESSION_KEY = "kuesioner"
_NO_FORM: Mapping[str, str] = {}


@dataclass(frozen=True)
class SurveyViews:
    """The views of ``/kuesioner``."""

    limiter: RateLimiter

    def page(self) -> ResponseReturnValue:
        """Show the questions, or why there are none to answer now."""
        if not self._is_open():
            return render_template("site/survey_closed.html"), 200
        if session.get(_SESSION_KEY) == self._today():
            return render_template("site/survey_thanks.html", again=True)
        return _form(_NO_FORM)

    def send(self) -> ResponseReturnValue:
        """Keep the answers; once a day from a browser, once from a form."""
        self.limiter.spend_for_address("questionnaire", request.remote_addr or "", _SENDINGS)
        if not self._is_open():
            return render_template("site/survey_closed.html"), 409
        if session.get(_SESSION_KEY) == self._today():
            return redirect(url_for("survey.thanks"), 303)
        form = request.form.to_dict()
        try:
            self._keep(form)
        except (InvalidFormError, StoreUnavailableError) as error:
            # What was chosen must not be lost: the page comes back with it.
            return _form(form, problem=error.reader_text, sent=True), error.http_status
        session[_SESSION_KEY] = self._today()
        return redirect(url_for("survey.thanks"), 303)

    def thanks(self) -> ResponseReturnValue:
        """Thank whoever filled it in."""
        return render_template("site/survey_thanks.html", again=False)

    def code(self) -> ResponseReturnValue:
        """Return the QR code of the questionnaire's address."""
        picture = io.BytesIO()
        segno.make(survey_address(), error="m").save(
            picture, kind="svg", scale=6, border=3, dark="#0b3f3b", light="#ffffff"
        )
        return Response(picture.getvalue(), mimetype="image/svg+xml")

    def _keep(self, form: Mapping[str, str]) -> None:
        answers = [form.get(one.element, "") for one in questionnaires.questions()]
        ratings = [int(answer) if answer in ("1", "2", "3", "4") else 0 for answer in answers]
        if 0 in ratings:
            raise InvalidFormError(
                "questions left open",
                reader_text="Masih ada pertanyaan yang belum dijawab. Pilih satu jawaban untuk"
                " setiap pertanyaan yang ditandai.",
            )
        with services().store.write() as tx:
            questionnaires.file_own(
                tx,
                ratings,
                form_key=form.get("kunci", "")[:100] or services().new_id(),
                profile={one.key: form.get(one.key, "") for one in questionnaires.profile_fields()},
                suggestion=form.get("saran", "").replace("\r\n", "\n"),
            )

    def _is_open(self) -> bool:
        with services().store.read() as tx:
            return questionnaires.is_open(tx)

    def _today(self) -> str:
        return services().clock().astimezone(WIB).date().isoformat()


def survey_address() -> str:
    """Return the questionnaire's address as a phone finds it."""
    public = services().settings.public_url.rstrip("/")
    return f"{public or request.url_root.rstrip('/')}/kuesioner"


def survey_blueprint(limiter: RateLimiter) -> Blueprint:
    """Return the blueprint of ``/kuesioner``."""
    views = SurveyViews(limiter)
    blueprint = Blueprint("survey", __name__)
    blueprint.add_url_rule("/kuesioner", "page", views.page)
    blueprint.add_url_rule("/kuesioner", "send", views.send, methods=["POST"])
    blueprint.add_url_rule("/kuesioner/terima-kasih", "thanks", views.thanks)
    blueprint.add_url_rule("/kuesioner.svg", "code", views.code)
    return blueprint


def _form(form: Mapping[str, str], *, problem: str = "", sent: bool = False) -> str:
    return render_template(
        "site/survey.html",
        questions=questionnaires.questions(),
        profile=questionnaires.profile_fields(),
        limit=questionnaires.SUGGESTION_LIMIT,
        key=form.get("kunci") or services().new_id(),
        form=form,
        problem=problem,
        sent=sent,
    )
