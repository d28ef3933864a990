"""Makes the local embedding model: ``python -m nlu.embedding_build [--out DIR]``."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from foundation.errors import EmbeddingUnavailableError
from foundation.settings import read_settings
from nlu.embedding.build import default_folder, ensure_model


def main(arguments: list[str] | None = None) -> int:
    """Build the model unless it is there; 0 when it is ready, 1 when it cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m nlu.embedding_build", description=__doc__)
    parser.add_argument(
        "--out", type=Path, help="folder of the model (default: below HALO_EMBEDDING_HOME)"
    )
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    folder = chosen.out or default_folder(read_settings(os.environ).embedding_home)
    try:
        ensure_model(folder.resolve())
    except EmbeddingUnavailableError as error:
        logging.getLogger(__name__).error("%s", error)  # noqa: TRY400
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
