"""The words clerks enter relatives by, and the link each of them stands for."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.translation import pgettext_lazy

from crm.people.choices import KinBasis, KinLink, Sex


class Relation(models.TextChoices):
    """What the relative is to the person. Codes are those of the API and never change."""

    FATHER = "father", pgettext_lazy("kin", "father")
    MOTHER = "mother", pgettext_lazy("kin", "mother")
    HUSBAND = "husband", pgettext_lazy("kin", "husband")
    WIFE = "wife", pgettext_lazy("kin", "wife")
    SON = "son", pgettext_lazy("kin", "son")
    DAUGHTER = "daughter", pgettext_lazy("kin", "daughter")
    ELDER_BROTHER = "elder_brother", pgettext_lazy("kin", "elder brother")
    YOUNGER_BROTHER = "younger_brother", pgettext_lazy("kin", "younger brother")
    ELDER_SISTER = "elder_sister", pgettext_lazy("kin", "elder sister")
    YOUNGER_SISTER = "younger_sister", pgettext_lazy("kin", "younger sister")
    FATHERS_FATHER = "fathers_father", pgettext_lazy("kin", "father's father")
    FATHERS_MOTHER = "fathers_mother", pgettext_lazy("kin", "father's mother")
    MOTHERS_FATHER = "mothers_father", pgettext_lazy("kin", "mother's father")
    MOTHERS_MOTHER = "mothers_mother", pgettext_lazy("kin", "mother's mother")
    SONS_SON = "sons_son", pgettext_lazy("kin", "son's son")
    SONS_DAUGHTER = "sons_daughter", pgettext_lazy("kin", "son's daughter")
    DAUGHTERS_SON = "daughters_son", pgettext_lazy("kin", "daughter's son")
    DAUGHTERS_DAUGHTER = "daughters_daughter", pgettext_lazy("kin", "daughter's daughter")
    DAUGHTER_IN_LAW = "daughter_in_law", pgettext_lazy("kin", "daughter-in-law")
    SON_IN_LAW = "son_in_law", pgettext_lazy("kin", "son-in-law")
    HUSBANDS_FATHER = "husbands_father", pgettext_lazy("kin", "husband's father")
    HUSBANDS_MOTHER = "husbands_mother", pgettext_lazy("kin", "husband's mother")
    WIFES_FATHER = "wifes_father", pgettext_lazy("kin", "wife's father")
    WIFES_MOTHER = "wifes_mother", pgettext_lazy("kin", "wife's mother")
    SUPPORTER = "supporter", pgettext_lazy("kin", "supporter")
    SUPPORTED = "supported", pgettext_lazy("kin", "supported relative")


@dataclass(frozen=True, slots=True)
class Meaning:
    """A link read one way.

    ``is_upward``: the relative stands in the row as ``relative``, the person as ``person``.
    ``sex`` is the relative's, ``own_sex`` the person's, as far as the word tells. ``is_elder``
    says whether the relative is the elder of two siblings.
    """

    link: KinLink
    is_upward: bool
    sex: Sex = Sex.UNKNOWN
    own_sex: Sex = Sex.UNKNOWN
    is_elder: bool | None = None


_F, _M = Sex.FEMALE, Sex.MALE
MEANINGS: Mapping[Relation, Meaning] = {
    Relation.FATHER: Meaning(KinLink.PARENT, True, _M),
    Relation.MOTHER: Meaning(KinLink.PARENT, True, _F),
    Relation.HUSBAND: Meaning(KinLink.SPOUSE, True, _M, _F),
    Relation.WIFE: Meaning(KinLink.SPOUSE, True, _F, _M),
    Relation.SON: Meaning(KinLink.PARENT, False, _M),
    Relation.DAUGHTER: Meaning(KinLink.PARENT, False, _F),
    Relation.ELDER_BROTHER: Meaning(KinLink.SIBLING, True, _M, is_elder=True),
    Relation.YOUNGER_BROTHER: Meaning(KinLink.SIBLING, True, _M, is_elder=False),
    Relation.ELDER_SISTER: Meaning(KinLink.SIBLING, True, _F, is_elder=True),
    Relation.YOUNGER_SISTER: Meaning(KinLink.SIBLING, True, _F, is_elder=False),
    Relation.FATHERS_FATHER: Meaning(KinLink.PATERNAL, True, _M),
    Relation.FATHERS_MOTHER: Meaning(KinLink.PATERNAL, True, _F),
    Relation.MOTHERS_FATHER: Meaning(KinLink.MATERNAL, True, _M),
    Relation.MOTHERS_MOTHER: Meaning(KinLink.MATERNAL, True, _F),
    Relation.SONS_SON: Meaning(KinLink.PATERNAL, False, _M),
    Relation.SONS_DAUGHTER: Meaning(KinLink.PATERNAL, False, _F),
    Relation.DAUGHTERS_SON: Meaning(KinLink.MATERNAL, False, _M),
    Relation.DAUGHTERS_DAUGHTER: Meaning(KinLink.MATERNAL, False, _F),
    Relation.DAUGHTER_IN_LAW: Meaning(KinLink.IN_LAW, False, _F),
    Relation.SON_IN_LAW: Meaning(KinLink.IN_LAW, False, _M),
    Relation.HUSBANDS_FATHER: Meaning(KinLink.IN_LAW, True, _M, _F),
    Relation.HUSBANDS_MOTHER: Meaning(KinLink.IN_LAW, True, _F, _F),
    Relation.WIFES_FATHER: Meaning(KinLink.IN_LAW, True, _M, _M),
    Relation.WIFES_MOTHER: Meaning(KinLink.IN_LAW, True, _F, _M),
    Relation.SUPPORTER: Meaning(KinLink.SUPPORTER, True),
    Relation.SUPPORTED: Meaning(KinLink.SUPPORTER, False),
}

# What each link may rest on; the first is meant where nobody says.
BASES: Mapping[KinLink, tuple[KinBasis, ...]] = {
    KinLink.PARENT: (KinBasis.BLOOD, KinBasis.ADOPTION, KinBasis.MARRIAGE),
    KinLink.SIBLING: (KinBasis.BLOOD, KinBasis.ADOPTION, KinBasis.MARRIAGE),
    KinLink.SPOUSE: (KinBasis.MARRIAGE,),
    KinLink.SUPPORTER: (KinBasis.SUPPORT,),
    KinLink.PATERNAL: (KinBasis.BLOOD, KinBasis.ADOPTION),
    KinLink.MATERNAL: (KinBasis.BLOOD, KinBasis.ADOPTION),
    KinLink.IN_LAW: (KinBasis.MARRIAGE,),
}
# The one between the two of a link that leaps: by what link, and of which sex.
LEAPS: Mapping[KinLink, tuple[KinLink, Sex]] = {
    KinLink.PATERNAL: (KinLink.PARENT, Sex.MALE),
    KinLink.MATERNAL: (KinLink.PARENT, Sex.FEMALE),
    KinLink.IN_LAW: (KinLink.SPOUSE, Sex.UNKNOWN),
}
# Links between the same two that cannot both be; support and in-laws go with anything.
BLOOD_TIES = (KinLink.PARENT, KinLink.SPOUSE, KinLink.SIBLING, KinLink.PATERNAL, KinLink.MATERNAL)
