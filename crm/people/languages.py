"""Languages that forms offer; a record may hold others that another program sent."""

from django.utils.translation import gettext_lazy as _

# The languages offered on forms, ISO 639-3; names as their speakers' neighbours write them.
LANGUAGES = {
    "cmn": _("Mandarin"),
    "nan": _("Southern Min (Hokkien, Teochew)"),
    "yue": _("Cantonese"),
    "hak": _("Hakka"),
    "cdo": _("Eastern Min (Fuzhou)"),
    "wuu": _("Wu"),
    "eng": _("English"),
    "ind": _("Indonesian"),
    "msa": _("Malay"),
    "vie": _("Vietnamese"),
    "tha": _("Thai"),
    "tgl": _("Tagalog"),
    "jpn": _("Japanese"),
    "fra": _("French"),
    "deu": _("German"),
    "spa": _("Spanish"),
}
