"""What the description of a tour must say, whatever file it came from.

The description is plain values (tables, lists, texts, numbers, days), as TOML or a workbook
gives them. A star marks what must be there::

    body*         id* names*
    tour*         id* names* timezone region opens closes languages
    fairs*        a list: id* names* days (or first_day and last_day) timezone region venue hall
                  territory opens closes other_hours booths
    booths*       a list: id* names* partner sector kind fairs
    partners      a list: id* names* sector*
    offers        a list: id* names* booth* territories details consent needs_phone fairs
    sessions      a list: id* names* fair* kind booth territory day last_day starts ends invitees
    territories   a list: id* names* parent level code
    levels        a list: id* names* on_card
    categories    a list: id* names*
    consents      a list: id* texts* version
    notices       a list: id* names* texts*
    topics        a list: id* names* icon
    theme         colour accent
    retention     days for each purpose
    members       employee_number national_id
    registration  fields* required reasons categories consents card_years partial_birth

``examine`` finds everything that is wrong at once and says where, as a place such as
``("booths", 1, "partner")``; the reader of the file knows the line or cell of a place.
"""

from server.rules.tour.definition import TourDefinition
from server.rules.tour.examine import examine

__all__ = ["TourDefinition", "examine"]
