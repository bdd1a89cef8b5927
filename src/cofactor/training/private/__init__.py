"""Differentially private training: what is released of people's ratings, with how much noise, and what follows.

accountant        from (ε, δ) to the noise of each release, and back
secure_normals    the noise itself, from the system's secure source
person_sums       sums over people, each one's part clipped to length 1
statistics        what a person adds to each release of alternating least squares
item_rows         the items' rows, from the released sums alone
user_rows         a person's row, from the items' rows and their own ratings; never released
releases          the releases in their order: the only place where noise meets ratings
"""
