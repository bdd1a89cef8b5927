"""Tables of speed and accuracy, beside other libraries: README.md lists them, `python3 dev.py bench NAME` makes one.

tables        one script a table, which writes it into `results`
shared        the machine's state and limits, data, races between processes, peers' environments, reports
contestants   what is raced: scripts that run in a process of their own, `ours` and the `peers`'
mutation      faults put into the sources: does a test see each?
"""
