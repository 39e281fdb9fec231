"""libmagic out of the pylibmagic wheel, through four of its functions.

Bound here and not by python-magic, because python-magic takes whatever libmagic the system has (a version
that disagrees with the wheel's table ends the process with an error, and two machines would type
differently), and because importing pylibmagic rewrites LD_LIBRARY_PATH and ctypes itself. The wheel is
therefore found without importing it. Loading costs about 10 ms and happens at the first call.
"""

from __future__ import annotations

import ctypes
from functools import cache
from importlib.util import find_spec
from pathlib import Path

UNKNOWN = "application/octet-stream"
_MIME_TYPE = 0x10
_NO_CHECK_COMPRESS_TAR_ELF_CDF_ENCODING = 0x1000 | 0x2000 | 0x10000 | 0x40000 | 0x200000
#: What the table says of bytes that it does not know. It calls one in a hundred random blocks a DOS program
#: (programs with a header are known by their signature before libmagic is asked).
_SAYS_NOTHING = frozenset({"", UNKNOWN, "application/x-empty", "application/x-dosexec"})


class Magic:
    """One loaded table. Not for several threads at once."""

    def __init__(self) -> None:
        spec = find_spec("pylibmagic")
        if spec is None or not spec.submodule_search_locations:
            raise ImportError("the pylibmagic wheel is missing")
        folder = Path(spec.submodule_search_locations[0])
        library = ctypes.CDLL(str(folder / "libmagic.so.1"))
        library.magic_open.restype = ctypes.c_void_p
        library.magic_open.argtypes = [ctypes.c_int]
        library.magic_load.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
        library.magic_buffer.restype = ctypes.c_char_p
        library.magic_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
        self._buffer = library.magic_buffer
        self._cookie = library.magic_open(_MIME_TYPE | _NO_CHECK_COMPRESS_TAR_ELF_CDF_ENCODING)
        if not self._cookie or library.magic_load(self._cookie, str(folder / "magic.mgc").encode()):
            raise ImportError("libmagic cannot load its table")

    def mime(self, head: bytes) -> str:
        """Media type by the table; `application/octet-stream` if it knows nothing."""
        found = self._buffer(self._cookie, head, len(head))
        text = found.decode("ascii", "replace") if found else ""
        return UNKNOWN if text in _SAYS_NOTHING or "/" not in text else text


@cache
def magic() -> Magic:
    """The table, loaded once a process. Raises ImportError if the wheel is broken."""
    return Magic()
