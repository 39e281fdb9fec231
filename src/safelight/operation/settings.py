"""`operation.toml`: limits of the engine, of archives and of what inspectors keep, rules of deciding, and whose
operation it is. Every key has a default.

The table in `docs/settings.md` is generated from these dataclasses.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TypeVar

import tomli_w

from safelight.errors import BadInput

Value = TypeVar("Value", int, float, bool, str, tuple[str, ...])


def _setting(default: Value, doc: str, choices: tuple[str, ...] = ()) -> Value:
    made: Value = field(default=default, metadata={"doc": doc, "choices": choices})
    return made


@dataclass(frozen=True)
class EngineSettings:
    """[engine]: limits of one unit of work in a supervised child."""

    workers: int = _setting(0, "children at work; 0 means one per core")
    batch_items: int = _setting(2000, "items in a batch, at most")
    batch_megabytes: int = _setting(2048, "megabytes in a batch, at most")
    time_base_seconds: float = _setting(30.0, "time limit of one item: this, plus the next for each megabyte")
    time_per_megabyte_seconds: float = _setting(0.5, "seconds of time limit for each megabyte of the item")
    memory_megabytes: int = _setting(2048, "resident memory of one child, at most")
    walk_deaths: int = _setting(100, "deaths of a walker after which the volume is given up")


@dataclass(frozen=True)
class ArchiveSettings:
    """[archives]: limits against archive bombs."""

    max_depth: int = _setting(16, "archives within archives, at most")
    max_members: int = _setting(1_000_000, "members of one archive, at most")
    max_member_megabytes: int = _setting(65_536, "unpacked megabytes of one member, at most")
    max_total_megabytes: int = _setting(1_048_576, "unpacked megabytes of one archive, at most")
    max_ratio: int = _setting(2000, "unpacked size over packed size, at most (counted above 64 MB)")


@dataclass(frozen=True)
class InspectionSettings:
    """[inspection]: what inspectors keep."""

    text_kilobytes: int = _setting(4096, "kilobytes of text kept of one document, at most")
    strings_megabytes: int = _setting(
        4, "first megabytes searched for printable strings when an inspector fails"
    )
    thumbnail_pixels: int = _setting(320, "longest side of a sealed thumbnail")
    keyframes: int = _setting(32, "keyframes of a video that get a perceptual hash, at most")


@dataclass(frozen=True)
class IdentitySettings:
    """[identities]: how people decide which accounts are one person."""

    four_eyes: bool = _setting(
        False, "a decision that two accounts are one person or two counts once a second person confirmed it"
    )


@dataclass(frozen=True)
class GradingSettings:
    """[grading]: how sources and what they say are graded from now on; what was graded before keeps its scheme."""

    scheme: str = _setting(
        "4x4",
        "4x4 (source A to D, information 1 to 4) or 5x5x5 (source A to E, information 1 to 5, handling 1 to 5)",
        ("4x4", "5x5x5"),
    )


@dataclass(frozen=True)
class OperationUnitSettings:
    """[operation_unit]: whose operation this is."""

    district: str = _setting(
        "", "the unit's own police district, such as Vest; its cases and its suspects count as own"
    )


@dataclass(frozen=True)
class UrgencySettings:
    """[urgency]: when a child is urgent; the reasons stand in each row, and there is no score."""

    contact_hours: int = _setting(48, "contact within so many hours makes a child urgent")
    material_days: int = _setting(14, "material made within so many days makes a child urgent")
    planned_days: int = _setting(7, "a journey or stream planned within so many days makes a child urgent")
    recent_days: int = _setting(60, "contact or material within so many days is listed next")


@dataclass(frozen=True)
class AuthoritySettings:
    """[authority]: contact that police continue under an authorised operation."""

    approvers: tuple[str, ...] = _setting(
        ("påtalejurist", "politimester", "statsadvokat"), "roles that may approve such an operation"
    )


@dataclass(frozen=True)
class CaseSettings:
    """[cases]: how the unit numbers its cases."""

    number_pattern: str = _setting(
        "",
        "what a case number looks like: a template such as `{year}-{unit}-{n:04}`, or a regular expression (RE2); "
        "empty: any text",
    )
    unit: str = _setting("", "the unit as it stands for `{unit}` in that template, such as 0142")


@dataclass(frozen=True)
class Settings:
    """All settings of one operation."""

    engine: EngineSettings = field(default_factory=EngineSettings)
    archives: ArchiveSettings = field(default_factory=ArchiveSettings)
    inspection: InspectionSettings = field(default_factory=InspectionSettings)
    identities: IdentitySettings = field(default_factory=IdentitySettings)
    grading: GradingSettings = field(default_factory=GradingSettings)
    operation_unit: OperationUnitSettings = field(default_factory=OperationUnitSettings)
    cases: CaseSettings = field(default_factory=CaseSettings)
    urgency: UrgencySettings = field(default_factory=UrgencySettings)
    authority: AuthoritySettings = field(default_factory=AuthoritySettings)


_SECTIONS: dict[str, type] = {
    "engine": EngineSettings,
    "archives": ArchiveSettings,
    "inspection": InspectionSettings,
    "identities": IdentitySettings,
    "grading": GradingSettings,
    "operation_unit": OperationUnitSettings,
    "cases": CaseSettings,
    "urgency": UrgencySettings,
    "authority": AuthoritySettings,
}


def read_settings(path: Path) -> Settings:
    """Read `operation.toml`. Raises BadInput on unknown keys or values of the wrong type."""
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(
            f"{path} cannot be read: {error}.", "Correct the file; see docs/settings.md."
        ) from error
    sections: dict[str, object] = {}
    for name, values in given.items():
        kind = _SECTIONS.get(name)
        if kind is None or not isinstance(values, dict):
            raise BadInput(f"{path} has an unknown section [{name}].", "Remove it; see docs/settings.md.")
        known = {item.name: item for item in fields(kind)}
        for key, value in values.items():
            item = known.get(key)
            choices = item.metadata["choices"] if item else ()
            if item is None or not _fits(item.default, value) or (choices and value not in choices):
                raise BadInput(f"{path}: {name}.{key} = {value!r} is not allowed.", "See docs/settings.md.")
        sections[name] = kind(
            **{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
        )
    return Settings(**sections)  # type: ignore[arg-type]


def _fits(default: object, value: object) -> bool:
    """Whether a value of the file can stand for a setting's default: its type, and no number below zero."""
    if isinstance(default, tuple):
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if isinstance(value, (int, float)) and value < 0:
        return False
    return isinstance(value, (int, float)) if isinstance(default, float) else type(value) is type(default)


def write_settings(path: Path, settings: Settings) -> None:
    """Write every setting with its value, so that the file shows what can be set."""
    path.write_bytes(tomli_w.dumps(asdict(settings)).encode())
