"""Sheets on paper, checked by number and QR code, and a person's own copy of everything.

What a sheet says is put together once (`contents`), kept sealed for a day, and shown three ways
that therefore agree: as a page to print, as PDF and as pictures (`typesetting`).
"""
