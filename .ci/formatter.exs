# How Phoenix's own macros are written: without parentheses.
[locals_without_parens: [channel: 2, intercept: 1, plug: 1, socket: 3]]
