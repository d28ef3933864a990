"""Web processes may import the package: nothing heavy comes with it."""

import subprocess
import sys

import pytest

import nlu


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, nlu\n"
        "heavy = {'sklearn', 'scipy', 'torch', 'sentence_transformers', 'transformers'}\n"
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_every_public_name_can_be_had() -> None:
    assert all(getattr(nlu, name) is not None for name in nlu.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="tidak_ada"):
        _ = nlu.tidak_ada
