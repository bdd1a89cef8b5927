"""Tables larger than memory: shards of users, read one after the other, and what is learned from their sums.

Four rooms, from the ground up: `table`, shards as they lie on a disk; `sharding`, which makes them of any table, and
`cluster`, where ranges of them are worked on; `fitting`, what models learn from them. Above: `lists.py`, everybody's.
"""
