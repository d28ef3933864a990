import gzip
import re

from flask.testing import FlaskClient

from foundation.settings import PROJECT_ROOT
from web.widget import build_script
from web.widget.bundle import PARTS

FOLDER = PROJECT_ROOT / "web" / "static" / "widget"


def test_it_is_at_most_30_kilobytes_with_its_style(client: FlaskClient) -> None:
    answer = client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.mimetype == "text/javascript"
    assert len(answer.data) <= 30_000
    assert gzip.decompress(answer.data) == client.get("/widget.js").data


def test_every_part_is_in_it_as_one_classic_script() -> None:
    assert {path.name for path in FOLDER.glob("*.js")} == set(PARTS)
    script = build_script(FOLDER)
    assert not re.search(r"^(import|export) ", script, re.MULTILINE)
    for name in ("class HaloChat", "class Talk", "class Link", "customElements.define"):
        assert script.count(name) == 1


def test_no_part_takes_a_name_of_another() -> None:
    top = r"^(?:const|let|class|(?:async )?function\*?) (\w+)"
    names = re.findall(top, build_script(FOLDER), re.MULTILINE)
    assert len(names) > 40
    assert sorted(set(names)) == sorted(names)


def test_text_never_becomes_markup() -> None:
    script = build_script(FOLDER)
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
    ):
        assert way not in script


def test_pages_of_other_sites_may_load_it_and_ask_again_cheaply(client: FlaskClient) -> None:
    answer = client.get("/widget.js")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    again = client.get("/widget.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
