"""Without the extra, ray tracing names what to install; nothing else in the package needs it."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from scene_maps import scene_request

ROOT = Path(__file__).parents[3]
EXTRA = ("sionna_rt", "mitsuba", "drjit")


@pytest.fixture(scope="module")
def without_extra(tmp_path_factory):
    """A folder with all installed packages except those of the extra."""
    folder = tmp_path_factory.mktemp("packages")
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith(EXTRA):
            (folder / entry.name).symlink_to(entry)
    (folder / "libLLVM.so.19.1").write_bytes(b"\x7fELF")
    return folder


def python(folder, *arguments, **options):
    environment = {
        "PYTHONPATH": f"{ROOT}:{folder}",
        "DRJIT_LIBLLVM_PATH": str(folder / "libLLVM.so.19.1"),
        "PATH": "/usr/bin:/bin",
    }
    command = [sys.executable, "-S", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600, **options)


def test_tracing_without_the_extra_names_it(without_extra, tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from twins.scenes.errors import SceneError; from twins.scenes.request import SceneRequest\n"
        "from twins.scenes.tracing import trace\n"
        "try: trace(SceneRequest.model_validate_json(sys.stdin.read()), cache=Path(sys.argv[1]))\n"
        "except SceneError as error: print(error.cause, '|', error)"
    )
    process = python(without_extra, "-c", code, str(tmp_path), input=scene_request().model_dump_json())
    assert process.stdout.startswith("extra missing |"), process.stderr
    assert "pip install 'twinpilot[rt]'" in process.stdout


def test_the_worker_without_the_extra_names_it(without_extra, tmp_path):
    process = python(
        without_extra, "-m", "twins.scenes.worker", str(tmp_path), str(os.getpid()), input=scene_request().model_dump_json()
    )
    assert process.returncode == 3, process.stderr
    assert json.loads((tmp_path / "error.json").read_text())["cause"] == "extra missing"


def test_neither_request_nor_command_load_the_ray_tracer_or_torch():
    heavy = ("mitsuba", "torch", "matplotlib")
    code = f"import sys, tools.scenes.command_scene, twins.scenes.request; print([m for m in {heavy} if m in sys.modules])"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert process.stdout.strip() == "[]"
