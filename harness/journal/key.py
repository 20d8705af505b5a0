"""The key that signs the journal's heads: Ed25519, created at first use, readable by its owner only."""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from harness.runtime.errors import JournalError
from harness.runtime.private import private_folder, write_private

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

    def public(self) -> VerifyKey:
        """Return the public key."""
        return VerifyKey(self.private.public_key())


@dataclass(frozen=True)
class VerifyKey:
    """The public key, which is enough to verify a journal."""

    public: Ed25519PublicKey

    @property
    def key_id(self) -> str:
        """The key's name: the first 128 bits of the SHA-256 of the public key, in hex digits."""
        return sha256(self.public.public_bytes_raw()).hexdigest()[:32]

    @property
    def hex(self) -> str:
        """The key's 32 bytes in hex digits."""
        return self.public.public_bytes_raw().hex()

    def accepts(self, seq: int, digest: str, signature: str) -> bool:
        """Whether this key made the signature of this head, written in lower-case hex digits as `sign` writes it."""
        from cryptography.exceptions import InvalidSignature

        if signature != signature.lower():
            return False
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
            # It may have been read already: it is not made private in silence.
            raise JournalError(
                f"journal key {path}: others may read it (mode {stat.S_IMODE(path.stat().st_mode):03o}); chmod 600 it if nobody"
                " did, else start in a new data_dir"
            )
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise JournalError(f"journal key {path}: {error}; give a writable data_dir, or restore the key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise JournalError(f"journal key {path}: not an Ed25519 key; restore the key that TwinPilot created")
    return SigningKey(key)


def key_of(public_key: str) -> VerifyKey:
    """Return the public key from its 32 bytes in hex digits; raises JournalError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        return VerifyKey(Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)))
    except ValueError as error:
        raise JournalError(f"public key: {error}; 32 bytes in hex digits are required") from None


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

    private_folder(folder)
    key = Ed25519PrivateKey.generate()
    draft = folder / f".{PRIVATE_NAME}.{secrets.token_hex(4)}"
    try:
        write_private(draft, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        # A hard link appears complete or not at all, and fails if another process was first: then that process's key counts.
        os.link(draft, folder / PRIVATE_NAME)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)
    write_private(folder / PUBLIC_NAME, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
