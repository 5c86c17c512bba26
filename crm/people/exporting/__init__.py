"""Lists of people that leave the site: with a reason, masked, sealed, counted, for a day.

Whoever takes more than `requests.ALONE_UP_TO` people along needs a second person. The rights are
asked for again when the file is made and when it is fetched, not only when it is ordered.
"""
