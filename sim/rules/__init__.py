"""The theory: compiled functions over arrays by name, one file a subject.

Arguments have the names of the parameters of a scenario and of the arrays of the state. Arrays
that stand in many formulas keep the letters of the theory: `theta` positions, `W`, `X` preferences
(weights, ideals), `What`, `Xhat` the same of attention, `u` utility, `V_w`, `V_c`, `V_s`, `V_d`
values of war, ceasefire, settlement and being disarmed, `chi` credibility, `h_c` believed hazard,
`rho` delivered share, `m` capability, `mu` power, `psi` contest, `delta` discount, `f` leverage,
`T` ties, `E` experience, `A` alignment, `B` third parties, `Dep` dependence, `vbar`, `vside`
violence. Shapes use N actors, K issues, O objectives, L patron links. A rule changes only the
arrays that it is given to fill.
"""
