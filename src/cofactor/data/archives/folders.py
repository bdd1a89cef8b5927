"""Where known data sets lie: a folder of the user's, our cache, or their own home on the network.

COFACTOR_DATA    a folder with one folder for each data set; looked at first, never written to
COFACTOR_CACHE   where downloads are kept, `~/.cache/cofactor` unless set; as long as the process where neither can be
"""

import os
from pathlib import Path

from cofactor.cache import folders_to_read
from cofactor.errors import DataNotAvailable

__all__ = ["find_folder", "obtain"]


def obtain(name: str, home: str, md5: str | None = None) -> Path:
    """The folder of a data set, downloaded from `home`/`name`.zip if it is nowhere at hand.

    md5: the archive's known checksum; without it the one published beside the archive is asked for.
    Raises `DataNotAvailable`, which says both ways to get it.
    """
    folder = find_folder(name)
    if folder is not None:
        return folder
    from cofactor.data.archives.download import (  # HTTP is slow to import, and seldom needed
        TRANSFER_ERRORS,
        archive_url,
        download,
    )

    try:
        return download(name, home, md5)
    except TRANSFER_ERRORS as trouble:
        raise DataNotAvailable(
            f"The data set {name!r} is not at hand and could not be downloaded ({trouble}). There are two "
            f"ways: connect this machine to the network and ask again; or download {archive_url(home, name)} "
            f"elsewhere, unpack it as a folder called {name!r}, and set COFACTOR_DATA to the folder around "
            f"it ({_state_of_data_folder()})."
        ) from trouble


def find_folder(name: str) -> Path | None:
    """The data set's folder in COFACTOR_DATA, else in the cache, else None."""
    around = [Path(os.environ["COFACTOR_DATA"])] if os.environ.get("COFACTOR_DATA") else []
    return next((at / name for at in [*around, *folders_to_read()] if (at / name).is_dir()), None)


def _state_of_data_folder() -> str:
    at = os.environ.get("COFACTOR_DATA")
    return f"now it is {at!r}, which has no such folder" if at else "now it is not set"
