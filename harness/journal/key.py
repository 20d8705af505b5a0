"""The key that signs the journal's heads: Ed25519, created at first use, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.runtime.errors import JournalError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PRIVATE_NAME = "journal.pem"
PUBLIC_NAME = "journal.pub.pem"


def head_message(seq: int, digest: str) -> bytes:
    """Return the bytes that are signed for the record `seq` with the hash `digest`."""
    return f"twinpilot-journal-head:{seq}:{digest}".encode()


@dataclass(frozen=True)
class SigningKey:
    """The private key; `sign` returns the signature as hex digits."""

    private: Ed25519PrivateKey

    def sign(self, seq: int, digest: str) -> str:
        """Return the signature of a head, as hex digits."""
        return self.private.sign(head_message(seq, digest)).hex()


@dataclass(frozen=True)
class VerifyKey:
    """The public key, which is enough to verify a journal."""

    public: Ed25519PublicKey

    def accepts(self, seq: int, digest: str, signature: str) -> bool:
        """Whether this key made the signature of this head."""
        from cryptography.exceptions import InvalidSignature

        try:
            self.public.verify(bytes.fromhex(signature), head_message(seq, digest))
        except (InvalidSignature, ValueError):
            return False
        return True


def signing_key(folder: Path) -> SigningKey:
    """Return the key in `folder`, created at first use (mode 0600); raises JournalError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    path = folder / PRIVATE_NAME
    try:
        if not path.exists():
            _create(folder)
        if path.stat().st_mode & 0o077:
            raise JournalError(f"journal key {path}: others may read it; chmod 600 it, or remove it to create a new key")
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise JournalError(f"journal key {path}: {error}; give a writable data_dir, or restore the key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise JournalError(f"journal key {path}: not an Ed25519 key; restore the key that TwinPilot created")
    return SigningKey(key)


def verify_key(path: Path) -> VerifyKey:
    """Return the public key in the PEM file `path`; raises JournalError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise JournalError(f"public key {path}: {error}; give the {PUBLIC_NAME} beside the journal's private key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise JournalError(f"public key {path}: not an Ed25519 key; give the {PUBLIC_NAME} of the journal")
    return VerifyKey(key)


def _create(folder: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    folder.mkdir(parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    draft = folder / f".{PRIVATE_NAME}.{secrets.token_hex(4)}"
    try:
        _write_private(draft, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        # A hard link appears complete or not at all, and fails if another process was first: then that process's key counts.
        os.link(draft, folder / PRIVATE_NAME)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)
    (folder / PUBLIC_NAME).write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def _write_private(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
