"""Where the files of shards are read from: a local folder, or a folder of an object store that fsspec reaches.

Whoever reads a shard asks its storage for a file by name, and does not know which of the two it is. A local file's
pages are given back to the system as soon as they are read: a table of many times the memory would otherwise push out
everything else. The files of a store are read whole, each by one request.
"""

import hashlib
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple

from safetensors import SafetensorError, safe_open
from safetensors.numpy import load

from cofactor.addresses import is_address, protocol_of, shown_address, split_query
from cofactor.arrays import Array
from cofactor.errors import BadOption, BadShards, MissingExtra

__all__ = ["LocalFolder", "Storage", "StoreFolder", "give_back_pages", "storage_of"]

# what reading arrays raises, as the bytes of the file make it do
NO_ARRAYS = (SafetensorError, AttributeError, LookupError, TypeError, ValueError, OverflowError)


class Storage(ABC):
    """A folder of files that were written whole. As text it is what messages call it, without anything secret."""

    @abstractmethod
    def names(self) -> frozenset[str]:
        """The names of the files; none where there is no folder, or where a store does not list its files."""

    @abstractmethod
    def found(self, file: str) -> bytes | None:
        """The whole file; None where there is none. Raises `BadShards` where it cannot be read."""

    @abstractmethod
    def _open_arrays(self, file: str, sha256: str) -> AbstractContextManager[Any]:
        """The file as `safe_open` gives one."""

    def path_of(self, file: str) -> str:
        """The path of a file, as messages name it."""
        return f"{self}/{file}"

    def absolute(self) -> "Storage":
        """The same storage, for processes that began in other folders."""
        return self

    def read(self, file: str, sha256: str = "") -> bytes:
        """The whole file. sha256: the hash that it must have; "": any

        Raises `BadShards` where it is missing, cut short or changed.
        """
        data = self.found(file)
        if data is None:
            raise self._unreadable(file, "there is no such file")
        if sha256 and hashlib.sha256(data).hexdigest() != sha256:
            raise self._changed(file)
        return data

    def load(self, file: str, sha256: str = "") -> dict[str, Array]:
        """The arrays of a whole file. sha256: as `read` takes it

        Raises `BadShards` where the file is missing, cut short or changed, or holds no arrays.
        """
        data = self.read(file, sha256)
        try:
            return load(data)
        except NO_ARRAYS as error:
            raise self._without_arrays(file) from error

    @contextmanager
    def arrays(self, file: str, sha256: str) -> Generator[Any]:
        """Open a file of arrays as `safe_open` does, to read parts of them.

        sha256: its hash, compared where the file is read whole: always in a store, of a local file the first time
        Raises `BadShards` where it is missing, changed or damaged, also while the block reads in it.
        """
        try:
            with self._open_arrays(file, sha256) as found:
                yield found
        except OSError as error:
            raise self._unreadable(file, error.strerror or error) from error
        except SafetensorError as error:
            raise self._without_arrays(file) from error

    def _without_arrays(self, file: str) -> BadShards:
        what = f"{self.path_of(file)} does not hold the arrays that it should."
        return BadShards(f"{what} Copy the folder again, or shard the table anew.")

    def _changed(self, file: str) -> BadShards:
        what = f"{self.path_of(file)} is not what was written: its hash differs."
        return BadShards(f"{what} Copy it again, or shard the table anew.")

    def _unreadable(self, file: str, why: object) -> BadShards:
        path = self.path_of(file)
        return BadShards(f"{path} cannot be read: {why}. Copy the folder again, or shard the table anew.")


@dataclass(frozen=True)
class LocalFolder(Storage):
    """A folder of this machine."""

    folder: Path

    def __getstate__(self) -> dict[str, Path]:
        return {"folder": self.folder}  # what was compared here may be another file elsewhere

    def __str__(self) -> str:
        return str(self.folder)

    def names(self) -> frozenset[str]:
        return frozenset(file.name for file in self.folder.iterdir()) if self.folder.is_dir() else frozenset()

    def found(self, file: str) -> bytes | None:
        try:
            with (self.folder / file).open("rb") as stream:
                data = stream.read()
                give_back_pages(stream.fileno())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._unreadable(file, error) from error
        return data

    @contextmanager
    def _open_arrays(self, file: str, sha256: str) -> Generator[Any]:
        path = self.folder / file
        with path.open("rb") as stream:
            self._compare(file, sha256, stream)
        with safe_open(path, "np") as opened:
            yield opened

    @cached_property
    def _compared(self) -> dict[str, tuple[str, int, int, int]]:
        """What is known of each file whose hash was compared: the hash, and the file's size, time and number."""
        return {}

    def _compare(self, file: str, sha256: str, stream: BufferedReader) -> None:
        """Compare the hash of an opened file, unless that was done since the file was last written.

        Raises `BadShards` where it is another one.
        """
        found = os.fstat(stream.fileno())
        as_it_is = (sha256, found.st_size, found.st_mtime_ns, found.st_ino)
        if self._compared.get(file) == as_it_is:
            return
        if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
            raise self._changed(file)
        give_back_pages(stream.fileno())
        self._compared[file] = as_it_is

    def path_of(self, file: str) -> str:
        return str(self.folder / file)

    def absolute(self) -> "LocalFolder":
        return LocalFolder(self.folder.absolute())


@dataclass(frozen=True)
class StoreFolder(Storage):
    """A folder of an object store, by any address that fsspec takes.

    It is opened when it is first read from, anew in each process that it is sent to.
    """

    url: str = field(repr=False)  # as it came: it may hold a password or a token

    def __str__(self) -> str:
        return shown_address(self.url)

    def __getstate__(self) -> dict[str, str]:
        return {"url": self.url}

    def names(self) -> frozenset[str]:
        system, folder = self._opened
        try:
            system.invalidate_cache()
            listed: list[str] = system.ls(folder, detail=False)
        except Exception:  # some list nothing, or not to everybody; what is missing is then found when it is read
            return frozenset()
        return frozenset(split_query(one)[0].rpartition("/")[2] for one in listed)

    def found(self, file: str) -> bytes | None:
        system, folder = self._opened
        path, query = split_query(folder)
        try:
            return bytes(system.cat_file(f"{path}/{file}{query}"))
        except FileNotFoundError:
            return None
        except Exception as error:  # each kind of store has errors of its own
            raise self._out_of_reach(error) from None

    @contextmanager
    def _open_arrays(self, file: str, sha256: str) -> Generator["WholeFile"]:
        yield WholeFile(self.load(file, sha256))

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        """The file system of fsspec, and the folder's path in it."""
        protocol = protocol_of(self.url)
        what = f"Reading from {protocol}://"
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise MissingExtra(what, "stores") from None
        try:
            return url_to_fs(self.url)
        except ImportError as error:
            raise MissingExtra(what, "stores", _packages(protocol, str(error))) from None
        except ValueError as error:
            no = f"{self} is no address that fsspec opens ({self._told(error)})."
            raise BadOption(f"{no} It should begin with s3://, gs://, https:// or the like.") from None
        except Exception as error:
            raise self._out_of_reach(error) from None

    def _out_of_reach(self, error: Exception) -> BadShards:
        return BadShards(
            f"{self} cannot be read ({self._told(error)}). Check the address, the network, and what this machine is "
            "allowed to read there."
        )

    def _told(self, error: Exception) -> str:
        """What went wrong; of an address with secrets only the kind, as errors quote addresses."""
        kind = type(error).__name__
        return f"{kind}: {error}" if str(self) == self.url.rstrip("/") else kind


class WholeFile(NamedTuple):
    """The arrays of a file that was read whole, asked for as those of one that was opened."""

    found: dict[str, Array]

    def keys(self) -> list[str]:
        """The names of the arrays."""
        return [*self.found]

    def get_tensor(self, name: str) -> Array:
        """One array. Raises `SafetensorError` where there is none of this name, as an opened file does."""
        if name not in self.found:
            raise SafetensorError(f"it holds no {name!r}")
        return self.found[name]

    get_slice = get_tensor


def _packages(protocol: str, hint: str) -> str:
    """The packages that a kind of store needs. hint: fsspec's own, which quotes those of the kinds that it brings"""
    from fsspec.registry import known_implementations

    own: str = known_implementations[protocol]["class"].partition(".")[0]
    return own if own != "fsspec" else " ".join(re.findall(r'"([\w-]+)"', hint))


def storage_of(place: str | Path) -> Storage:
    """The storage at a path or an address. Raises `BadOption` for an address that `Path` has changed."""
    if not is_address(place):
        return LocalFolder(Path(place))
    if "://" not in str(place):
        begin = f"{protocol_of(str(place))}://"
        raise BadOption(f"An address begins with {begin}, of which pathlib.Path keeps one slash. Give it as text.")
    return StoreFolder(str(place))


def give_back_pages(file: int) -> None:
    """Tell the system that the pages of this open file will not be read again soon."""
    advise: Any = getattr(os, "posix_fadvise", None)  # Linux alone has it
    if advise is not None:
        advise(file, 0, 0, os.POSIX_FADV_DONTNEED)
