"""Find the sheets, headings and columns of a file, before anybody has answered for them."""

from pathlib import Path

from crm.people.importing.fields import NOT_COLLECTED, UNKNOWN
from crm.people.importing.layout import Column
from crm.people.importing.roster import read_roster
from crm.people.importing.shapes import SheetPlan

FIELD_OF: dict[Column, str] = {
    Column.NAME: "full_name",
    Column.PHONE: "phone",
    Column.SEX: "sex",
    Column.PASSPORT: "passport",
    Column.ID_NUMBER: "id_number",
    Column.ADDRESS: "address",
    Column.IDENTITY: "identity",
    Column.BIRTH: "birth_date",
    Column.OVERSEAS_COUNTRY: "overseas_country",
    Column.FORMER_COUNTRY: "former_country",
    Column.RETURNED: "returned_since",
    Column.NOTE: "note",
}


def plan_workbook(path: Path) -> list[SheetPlan]:
    """Return how each sheet of the file would be read.

    Raises:
        DomainError: the file cannot be read (`crm.people.importing.errors`).
    """
    roster = read_roster(path)
    mapping = {heading: FIELD_OF[column] for column, heading in roster.headings.items()}
    mapping |= dict.fromkeys(roster.not_collected, NOT_COLLECTED)
    mapping |= dict.fromkeys(roster.unknown, UNKNOWN)
    samples = {
        heading: tuple(line.cells[column] for line in roster.lines if line.cells[column])[:3]
        for column, heading in roster.headings.items()
    }
    return [
        SheetPlan(
            name=roster.sheet,
            layout="guiqiao_qiaojuan_register",
            header_rows=(roster.header_row,),
            headings=tuple(mapping),
            mapping=mapping,
            samples=samples,
            rows=len(roster.lines),
        )
    ]
