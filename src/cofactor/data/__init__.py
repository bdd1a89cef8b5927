"""Tables of ratings: read, checked, kept, split and joined. Imports between the rooms go down this list only.

splits       train and test, and what the two must not share
sources      known data sets, a file each                    archives   where they lie, and how they are fetched
checking     the report of a table alone                     packing    a table as arrays, for saved models
reading      cf.read: from a table of any kind to `Ratings`
attributes   attached tables of users and items
rows         the usable rows, by index, each pair of user and item once
columns      which part each column plays; its ids, values, times
formats      files, data frames and streams, each as a `Table`
ratings      the table that models are given, with its ids (`ids`) and compressed rows (`csr_rows`)
"""
