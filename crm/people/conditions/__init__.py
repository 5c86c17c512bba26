"""Rules about people as data: what they can say, what they mean as a query and in words.

A rule is JSON such as::

    {"all": [
        {"field": "identity", "op": "is", "value": ["GQ"]},
        {"any": [
            {"field": "age", "op": "at_least", "value": 80},
            {"field": "has_phone", "op": "no"}
        ]}
    ]}

Fields and operators come from one list (`fields`); nothing a user sends ever names a column.
"""
