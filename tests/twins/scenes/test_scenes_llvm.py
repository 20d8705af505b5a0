"""The LLVM library is selected by name, never loaded here, and a version that would abort the worker is refused."""

import pytest

from twins.scenes.errors import SceneError
from twins.scenes.llvm import find_llvm


def library(folder, name, link=None):
    folder.mkdir(exist_ok=True)
    file = folder / name
    if link:
        file.symlink_to(link)
    else:
        file.write_bytes(b"\x7fELF")
    return file


def test_the_newest_usable_library_is_selected(tmp_path):
    for name in ("libLLVM-14.so.1", "libLLVM-15.so.1", "libLLVM.so.18.1", "libLLVMSupport.so.22"):
        library(tmp_path / "a", name)
    newest = library(tmp_path / "b", "libLLVM.so.19.1")
    library(tmp_path / "b", "libLLVM-19.so", link="libLLVM.so.19.1")
    assert find_llvm({}, [tmp_path / "a", tmp_path / "b", tmp_path / "none"]) == newest


def test_without_a_usable_library_the_package_and_the_variable_are_named(tmp_path):
    with pytest.raises(SceneError, match=r"no LLVM library.*apt install libllvm19.*DRJIT_LIBLLVM_PATH") as failure:
        find_llvm({}, [tmp_path])
    assert failure.value.cause == "llvm"
    library(tmp_path, "libLLVM-15.so.1")
    library(tmp_path, "libLLVM-16.so.1")
    with pytest.raises(SceneError, match="only LLVM 15, 16, of which 15 and 16 abort"):
        find_llvm({}, [tmp_path])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("libLLVM-15.so.1", "is LLVM 15, which aborts the process"),
        ("libLLVM-16.so", "is LLVM 16, which aborts the process"),
        ("libLLVM-14.0.6.so.1", "is LLVM 14, which is too old"),
        ("libLLVM.so", "has no version"),
        ("libc.so.19", "has no version"),
    ],
)
def test_a_configured_library_is_checked_and_not_replaced_by_another(tmp_path, name, words):
    configured = library(tmp_path / "a", name)
    library(tmp_path / "b", "libLLVM.so.19.1")
    with pytest.raises(SceneError, match=words):
        find_llvm({"DRJIT_LIBLLVM_PATH": str(configured)}, [tmp_path / "b"])


def test_a_configured_link_is_checked_by_its_target(tmp_path):
    real = library(tmp_path, "libLLVM-15.so.1")
    link = library(tmp_path, "libLLVM.so.19.1", link=real.name)
    with pytest.raises(SceneError, match="is LLVM 15"):
        find_llvm({"DRJIT_LIBLLVM_PATH": str(link)}, [])
    good = library(tmp_path, "libLLVM.so.20.1")
    assert find_llvm({"DRJIT_LIBLLVM_PATH": str(library(tmp_path, "libLLVM.so", link=good.name))}, []) == good


def test_a_configured_library_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(SceneError, match="is not a file"):
        find_llvm({"DRJIT_LIBLLVM_PATH": str(tmp_path / "libLLVM.so.19.1")}, [])
