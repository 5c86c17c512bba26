"""What has to be known of a file before a library opens it: how large it gets, what it hides.

The library reads sheets into a dense table, so one stray cell at the far end would cost gigabytes;
it gives errors and formulas nobody computed as empty cells; and it does not say which calendar a
workbook counts days in. Each guard reads the raw format once and tells.
"""
