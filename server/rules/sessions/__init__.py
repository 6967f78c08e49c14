"""Sessions that belong to the body and to no fair: meetings in a series, trainings, and who was there.

::

    partial   days as far as they are known: written, read, in order, in words
    held      a session and its recommendations, and what they may hold
    columns   which column of a list holds what
    rows      one row of a list of sessions, or of a roll, checked
    matrix    who took part in which sessions of a series
"""
