"""People who are dead, gone or cannot be reached, as remarks say (D16)."""

import re

from django.utils.translation import gettext as _

from crm.people.choices import Status
from crm.people.importing.repairs.base import Found, RepairClass, warning

_DECEASED = re.compile(
    r"(?<![父母夫妻子女兄弟姐妹偶侨属]\b)(?:已故|去世|死亡|病故|亡故|已亡|逝世|过世|殁|离世|已死|病逝|身故)"
)
_MOVED = re.compile(r"已迁|迁出|迁往|迁走|搬走|搬离|已搬|外迁|已搬迁|移居外地")
_OF_SOMEBODY_ELSE = re.compile(
    r"(?:父|母|父亲|母亲|丈夫|妻子|妻|夫|配偶|爱人|老伴|儿子|女儿|长子|次子|兄|弟|姐|妹|哥哥|祖父|祖母|亲属|父母|其[父母夫妻子女])[^，,。;；]{0,8}$"
)


def read_status(text: str) -> Found[Status]:
    """Return what a remark says about the person; None if it says nothing.

    The remark stays as it is, in the note.

    >>> read_status("2019年去世").value.value, read_status("已迁往南安").value.value
    ('deceased', 'moved')
    >>> read_status("配偶已故").value, read_status("联系不上").value
    (None, None)
    """
    for pattern, status in ((_DECEASED, Status.DECEASED), (_MOVED, Status.MOVED)):
        found = pattern.search(text)
        if found and not _OF_SOMEBODY_ELSE.search(text[: found.start()]):
            message = _("The status was set to “{status}”, as “{text}” says.").format(
                status=status.label, text=text[:40]
            )
            return Found(status, (warning(RepairClass.STATUS, message),))
    return Found(None)
