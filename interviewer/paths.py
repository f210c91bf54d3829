"""Where things live, on disk and in the installed package.

`MOCKDL_HOME` moves everything (data, settings, caches) under one folder; without it each
goes where the platform wants it. Whoever writes creates the folder, with `make_private`: answers and grades
are nobody else's business.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from interviewer.errors import SettingsError

WORKER_SOCKET = "MOCKDL_WORKER_SOCKET"
"""Environment variable in which `mockdl serve` tells its visitors' apps where the encoder listens."""


class Places(NamedTuple):
    """The files and folders of one user."""

    data: Path
    config: Path
    cache: Path

    @property
    def journal(self) -> Path:
        """The SQLite file with all sessions."""
        return self.data / "journal.sqlite3"

    @property
    def reports(self) -> Path:
        """Where finished sessions leave their reports."""
        return self.data / "reports"

    @property
    def last_form(self) -> Path:
        """What was chosen last on the home screen."""
        return self.data / "home.json"

    @property
    def judge_checks(self) -> Path:
        """What judges were measured to be worth."""
        return self.data / "judge-checks.json"

    @property
    def settings_file(self) -> Path:
        """The TOML settings file."""
        return self.config / "config.toml"

    @property
    def bank_cache(self) -> Path:
        """The validated bank."""
        return self.cache / "bank.json"

    @property
    def log(self) -> Path:
        """What the encoder's worker process prints."""
        return self.cache / "worker.log"


def make_private(folder: Path) -> None:
    """Make a folder of the user's own, with those above it that are missing; one that is there is closed to others.

    Raises:
        OSError: it cannot be made.
    """
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    tighten(folder, 0o700)


def tighten(path: Path, mode: int) -> None:
    """Take all rights beyond `mode` from a file or folder that is this user's and is shared by no design.

    What is neither, such as the device that a link leads to, is everybody's.
    """
    with suppress(OSError, AttributeError):
        found = path.stat()
        rights = stat.S_IMODE(found.st_mode)
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
            return
        if found.st_uid == os.getuid() and not rights & stat.S_ISVTX and rights & ~mode:
            path.chmod(rights & mode)


def close_to_others(folder: Path) -> None:
    """Close a folder of the user's own and what lies in it, as earlier versions left them.

    Links are not followed, and in a folder that stays open, since it is shared by design, nothing is changed.
    """
    tighten(folder, 0o700)
    with suppress(OSError):
        if stat.S_IMODE(folder.stat().st_mode) & 0o077:
            return
        with os.scandir(folder) as found:
            for each in found:
                if not each.is_symlink():
                    tighten(Path(each.path), 0o700 if each.is_dir() else 0o600)


def find_places() -> Places:
    """Return the user's folders, from `MOCKDL_HOME` or the platform's conventions.

    Raises:
        SettingsError: `MOCKDL_HOME` names the home of a user that is not there.
    """
    home = os.environ.get("MOCKDL_HOME")
    if home:
        try:
            root = Path(home).expanduser().absolute()
        except (RuntimeError, OSError) as error:
            raise SettingsError(
                f"The environment variable MOCKDL_HOME = {home!r} cannot be used: {error}.",
                todo="Set it to a folder, or unset it.",
            ) from error
        return Places(root / "data", root / "config", root / "cache")
    import platformdirs

    return Places(
        Path(platformdirs.user_data_dir("mockdl", appauthor=False)),
        Path(platformdirs.user_config_dir("mockdl", appauthor=False)),
        Path(platformdirs.user_cache_dir("mockdl", appauthor=False)),
    )


def built_in_pack() -> Path:
    """Return the folder that holds the built-in `corpus/` and `rubrics/`.

    In a checkout (also an editable install) these are the checkout's own folders, so an
    edit is seen at once; in an installed wheel they travel under `interviewer/_data`.
    """
    package = Path(__file__).resolve().parent
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "corpus").is_dir():
        return checkout
    return package / "_data"
