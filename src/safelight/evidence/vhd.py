"""VHD images by our own reader (see `vhd_image`), VHDX by libvhdi. A differencing VHD needs its parent beside
it.

Differencing VHDX are refused: libvhdi reads the parents of VHD wrong, and nothing proves that those of VHDX
are right.
"""

from __future__ import annotations

import io

import pyvhdi

from safelight.evidence.image import ImageContainer
from safelight.evidence.libyal import media_of, reason
from safelight.evidence.model import Container, EvidenceError, OpenContext
from safelight.evidence.stream import read_up_to
from safelight.evidence.vhd_image import FOOTER, VhdImage, footer

_VHDX = b"vhdxfile"
_MAX_PARENTS = 16


def _open(stream: io.RawIOBase, context: OpenContext, depth: int = 0) -> VhdImage:
    if depth > _MAX_PARENTS:
        raise EvidenceError("limit", f"more than {_MAX_PARENTS} parents in one another")
    image = VhdImage(stream)
    if not image.parent_identity:
        return image
    for name in image.parent_names:
        below = context.sibling(name.encode("utf-8", "surrogatepass"))
        if below is not None:
            image.parent = _open(below, context, depth + 1)
            if image.parent.identity != image.parent_identity:
                raise EvidenceError("corrupt", f"{name} is not the parent: its identifier differs")
            return image
    names = " or ".join(image.parent_names) or "without a name"
    raise EvidenceError("vanished", f"the parent image {names} is missing")


def _open_vhdx(stream: io.RawIOBase) -> Container:
    handle = pyvhdi.file()
    try:
        handle.open_file_object(stream)
        if handle.get_parent_identifier():
            handle.close()
            raise EvidenceError("unsupported", "a differencing VHDX")
    except (OSError, RuntimeError) as error:
        raise EvidenceError("corrupt", f"the VHDX cannot be opened: {reason(error)}") from error
    return ImageContainer("vhd", media_of(handle))


class VhdFormat:
    """VHD (fixed, dynamic, differencing) and VHDX images."""

    kind = "vhd"
    transparent = True

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        return read_up_to(stream, 0, 8) in (FOOTER, _VHDX) or footer(stream)[1]

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> Container:
        if read_up_to(stream, 0, 8) == _VHDX:
            return _open_vhdx(stream)
        image = _open(stream, context)
        return ImageContainer(self.kind, image, image.troubles)


FORMAT = VhdFormat()
