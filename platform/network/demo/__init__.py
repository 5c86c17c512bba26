"""The demonstration network: four invented sites and their invented people.

Data and pure functions only, the same on every run and every machine; loading them into a
database is the business of a command on a higher floor. Nobody here exists: names are put
together from lists, and every number comes from a range that is given to nobody (`numbers`).
"""
