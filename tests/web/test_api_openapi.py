import re
from typing import Any

from flask.testing import FlaskClient

PROGRAMS = ("/api/", "/webhooks/", "/model/", "/status", "/version", "/healthz", "/readyz")
ALSO = ("/metrics", "/widget.js")


def test_the_document_has_exactly_the_routes(fixture: Any) -> None:
    document = fixture.client().get("/api/openapi.json").json
    assert document["openapi"].startswith("3.1")
    written = {(path, method) for path, item in document["paths"].items() for method in item}
    routed = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in fixture.app.url_map.iter_rules()
        if rule.rule.startswith(PROGRAMS) or rule.rule in ALSO
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert written == routed


def test_every_reference_leads_somewhere(client: FlaskClient) -> None:
    document = client.get("/api/openapi.json").json
    schemas = document["components"]["schemas"]
    references = set(
        re.findall(r"#/components/schemas/(\w+)", client.get("/api/openapi.json").text)
    )
    assert references == set(schemas)


def test_events_have_the_documented_fields(client: FlaskClient) -> None:
    schema = client.get("/api/openapi.json").json["components"]["schemas"]["Event"]
    token = client.post("/api/chat/sessions").json["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    press = {"client_message_id": "a", "payload": "/minta_cs"}
    client.post("/api/chat/messages", json=press, headers=bearer)
    for event in client.get("/api/chat/events", headers=bearer).json["events"]:
        assert set(schema["required"]) <= set(event) <= set(schema["properties"])
        assert event["type"] in schema["properties"]["type"]["enum"]
        assert event["from"] in schema["properties"]["from"]["enum"]
