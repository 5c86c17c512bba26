"""Read the state's list of regions that ships with the program. Pure: no database."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

REGIONS_FILE = Path(__file__).parent / "data" / "regions.json"


class RegionRow(NamedTuple):
    """One line of the list; ``parent`` is empty for a province."""

    code: str
    name: str
    parent: str

    @property
    def level(self) -> int:
        """Return 1 for a province, 2 for a city, 3 for a county, as in ``Region.Level``."""
        if not self.parent:
            return 1
        return 2 if self.code.endswith("00") else 3


@dataclass(frozen=True, slots=True)
class RegionList:
    """The list, with where it comes from and the day whose state it shows."""

    source: str
    year: int
    as_of: dt.date
    rows: Sequence[RegionRow]


def read_region_list(path: Path = REGIONS_FILE) -> RegionList:
    """Return the list in ``path``, parents before children.

    Source: GB/T 2260 as published yearly by the Ministry of Civil Affairs; the file's header
    names the year, the licence and what was left out.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    header = content["header"]
    rows = sorted((RegionRow(*row) for row in content["regions"]), key=lambda row: row.code)
    return RegionList(
        source=header["source"],
        year=header["year"],
        as_of=dt.date.fromisoformat(header["as_of"]),
        rows=rows,
    )
