import subprocess
import sys

from dialogue import Assets, Assistant
from dialogue.domain import Domain
from tests.dialogue.dialogue_kit import StubNlu

READING_TABLES = """
import sys
from datetime import date
import nlu
from dialogue import Assets, Assistant
from dialogue.domain import Domain
if {warm}:
    Assistant(Assets(Domain()), None).warm_up()
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
nlu.extract_entities("kecamatan Ciomas", today=date(2026, 11, 24))
print(sum(name.endswith(".tsv") for name in opened))
"""


def _tables_read_by_a_form(*, warm: bool) -> int:
    program = READING_TABLES.format(warm=warm)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def test_a_form_reads_no_table_after_warming_up() -> None:
    assert _tables_read_by_a_form(warm=False) > 0
    assert _tables_read_by_a_form(warm=True) == 0


def test_the_model_has_understood_something_before_the_first_resident_writes() -> None:
    understands = StubNlu()
    Assistant(Assets(Domain()), understands).warm_up()
    assert understands.asked
