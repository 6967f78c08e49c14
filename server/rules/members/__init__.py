"""Members as a body knows them: what may stand in a list of them, and how two lists are told apart.

::

    member        what is kept of a person, and who is the same
    texts         names and other words, cleaned
    identifiers   phones, e-mail, numbers, days of birth
    choices       categories, kinds, languages: the words that bodies use for them
    columns       which column of a list holds what
    rows          one row of a list, checked
    households    principals and their dependants within one list
    search        the words by which a member is found
    sheet         a member as the cells of a list, safe to open in a spreadsheet
"""
