"""The order of places in one file, where times do not tell: line 998 before line 1000, `messages[998]` before
`messages[1000]`.
"""

from __future__ import annotations

from typing import Final

#: SQL to order rows of one file and parser by, before `place` itself: all numbers of the place, from the outermost on.
IN_FILE: Final = "try_cast(regexp_extract_all(place, '[0-9]+') as bigint[])"
