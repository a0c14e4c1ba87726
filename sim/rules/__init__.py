"""The theory: compiled functions over arrays by name, one file a subject.

Letters of the theory keep their place: `W`, `X` preferences (weights, ideals), `T` ties,
`E` experience, `A` alignment, `r` loss exponent. Shapes use N actors, K issues, O objectives,
L patron links. A rule changes only the arrays that it is given to fill.
"""
