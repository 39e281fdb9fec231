"""Words that stand in the catalog and are shown on pages, marked so that the message catalogue holds them.

Templates translate them where they are shown (`word`); a test compares this list with the contracts that name them.
"""

from __future__ import annotations

from safelight.messages import _


def every_word() -> tuple[str, ...]:
    """All words in the language in use."""
    return (
        # states and kinds of items
        _("allocated"), _("deleted"), _("orphan"), _("file"), _("folder"), _("link"), _("stream"), _("special"),
        # causes and stages of failures, outcomes of inspections
        _("crash"), _("exit"), _("time limit"), _("memory limit"), _("unreadable"), _("unsupported"), _("encrypted"),
        _("corrupt"), _("limit"), _("changed"), _("vanished"), _("defect"), _("walk"), _("read"), _("open"),
        _("inspect"), _("done"), _("not mine"), _("failed"),
        # what a type and a time rest on, times
        _("signature"), _("libmagic"), _("none"), _("stated"), _("derived"), _("assumed"), _("unknown"),
        _("modified"), _("accessed"), _("created"),
        # stages of a run, custody acts
        _("starting"), _("comparing"), _("listing"), _("hashing"), _("matching"), _("inspecting"), _("parsing"),
        _("pairing"), _("indexing"), _("stopped"),
        _("received"), _("moved"), _("sealed"), _("returned"),
        # facts and units
        _("Format"), _("Width"), _("Height"), _("Frames"), _("Orientation"), _("Camera maker"), _("Camera"),
        _("Serial number"), _("Lens"), _("Software"), _("Taken"), _("Digitised"), _("Latitude"), _("Longitude"),
        _("Altitude"), _("GPS time"), _("PDQ"), _("PDQ quality"), _("PDQ recipe"), _("Container"), _("Duration"),
        _("Video codec"), _("Audio codec"), _("Frame rate"), _("Sample rate"), _("Channels"), _("Made"), _("Title"),
        _("Authors"), _("Pages"), _("Created"), _("Modified"),
        _("pixels"), _("degrees"), _("metres"), _("seconds"), _("1/second"), _("hertz"),
    )  # fmt: skip
