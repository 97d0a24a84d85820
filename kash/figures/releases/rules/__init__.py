"""The dice rule: exact whole numbers and fractions, without a clock, a database or chance of its
own. `tables` are what is printed, `promise` what a reader can learn at most, `throwing` the dice,
`counting` which case enters which table, `reading` aids made of printed lines alone."""
