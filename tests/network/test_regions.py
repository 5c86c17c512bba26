"""The list of regions is a tree, and loading it is safe at any time."""

import datetime as dt
import json
from collections import Counter

import pytest

from network.models import Region
from network.region_data import REGIONS_FILE, RegionList, RegionRow, read_region_list
from network.selectors import is_known_region, region_full_name, region_path, regions_under
from network.services import load_regions


@pytest.fixture(scope="module")
def parents() -> dict[str, str]:
    return {row.code: row.parent for row in read_region_list().rows}


def small_list(*rows: tuple[str, str, str], year: int = 2030) -> RegionList:
    return RegionList("a test", year, dt.date(year, 12, 31), [RegionRow(*row) for row in rows])


OLD_LIST = (
    ("350000", "福建省", ""),
    ("350400", "三明市", "350000"),
    ("350402", "梅列区", "350400"),
    ("350403", "三元区", "350400"),
)


# --- The data file ---------------------------------------------------------------------------


def test_the_file_names_its_source_year_and_licence():
    header = json.loads(REGIONS_FILE.read_text(encoding="utf-8"))["header"]
    assert header["year"] == 2024
    assert "民政部" in header["source"]
    assert "MIT" in header["licence"]
    assert dt.date.fromisoformat(header["retrieved"])


def test_no_code_is_listed_twice():
    codes = Counter(row.code for row in read_region_list().rows)
    assert [code for code, times in codes.items() if times > 1] == []


def test_the_list_covers_the_whole_country():
    levels = Counter(row.level for row in read_region_list().rows)
    assert levels[1] == 34
    assert levels[2] > 330
    assert levels[3] > 2_800


def test_every_region_belongs_to_a_province(parents):
    for code in parents:
        top, steps = code, 0
        while parents[top]:
            top, steps = parents[top], steps + 1
        assert top == f"{code[:2]}0000"
        assert steps <= 2


@pytest.mark.parametrize(
    ("code", "parent"),
    [
        ("350203", "350200"),
        ("110101", "110000"),  # a municipality has no city level
        ("500229", "500000"),
        ("429004", "420000"),  # 仙桃 is governed by its province
        ("659001", "650000"),
        ("469005", "460000"),
        ("653228", "653200"),  # founded in 2024
        ("653229", "653200"),
        ("710000", ""),
        ("810000", ""),
        ("820000", ""),
    ],
)
def test_a_region_hangs_where_it_is_governed(parents, code, parent):
    assert parents[code] == parent


def test_no_row_is_a_mere_heading():
    names = {row.name for row in read_region_list().rows}
    assert names.isdisjoint({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


# --- In the database -------------------------------------------------------------------------


def test_loading_twice_changes_nothing_the_second_time(db):
    load_regions()
    before = list(Region.objects.values_list())

    assert load_regions() == 0
    assert list(Region.objects.values_list()) == before
    assert len(before) == len(read_region_list().rows)


def test_a_path_begins_at_the_province(db):
    load_regions()
    assert [region.code for region in region_path("350203")] == ["350000", "350200", "350203"]
    assert region_full_name("350203") == "福建省 厦门市 思明区"
    assert region_full_name("429004") == "湖北省 仙桃市"
    assert region_full_name("110101") == "北京市 东城区"


def test_an_unknown_code_has_no_path(db):
    assert region_path("999999") == []
    assert not is_known_region("999999")


def test_a_path_takes_one_query(db, django_assert_num_queries):
    load_regions()
    with django_assert_num_queries(1):
        region_path("350203")


def test_below_a_region_is_everything_at_any_depth(db):
    load_regions()
    assert regions_under("350200").count() == 6
    assert set(regions_under("350000").filter(level=2).values_list("name", flat=True)) >= {
        "福州市",
        "厦门市",
        "泉州市",
        "漳州市",
    }
    assert not regions_under("350203").exists()
    assert not regions_under("350000").exclude(code__startswith="35").exists()


def test_a_withdrawn_code_is_closed_and_still_known(db):
    load_regions(small_list(*OLD_LIST, year=2020))
    load_regions(small_list(*[row for row in OLD_LIST if row[0] != "350402"], year=2021))

    assert is_known_region("350402")
    gone = Region.objects.get(code="350402")
    assert gone.valid_to == dt.date(2021, 12, 31)
    assert gone not in Region.objects.valid_on(dt.date(2022, 1, 1))
    assert gone in Region.objects.valid_on(dt.date(2019, 1, 1))


def test_a_renamed_region_keeps_its_code(db):
    load_regions(small_list(*OLD_LIST))
    renamed = [(code, name.replace("三元", "新三元"), parent) for code, name, parent in OLD_LIST]
    load_regions(small_list(*renamed))

    assert Region.objects.get(code="350403").name == "新三元区"


def test_loading_leaves_streets_alone(db):
    load_regions(small_list(*OLD_LIST))
    Region.objects.create(
        code="350403001", name="列东街道", level=4, parent_id="350403", source="platform"
    )
    load_regions(small_list(*OLD_LIST, year=2031))

    assert Region.objects.get(code="350403001").valid_to is None
    assert region_full_name("350403001") == "福建省 三明市 三元区 列东街道"
