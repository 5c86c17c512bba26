"""How each language writes dates and figures (``FORMAT_MODULE_PATH``)."""
