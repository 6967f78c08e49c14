"""Registering a member, pure: the form as its fields are filled in, and how each is read.

``texts`` cleans what was typed, ``fields`` reads one field, ``places`` are the territories to choose
from, ``form`` is the whole form, ``doubles`` remembers whom this kiosk has registered already.
"""

from kiosk.rules.registration.doubles import Doubles
from kiosk.rules.registration.fields import KNOWN, Rules, Taken, read
from kiosk.rules.registration.form import DEPENDANTS, Entries
from kiosk.rules.registration.places import Place, Places

__all__ = ["DEPENDANTS", "KNOWN", "Doubles", "Entries", "Place", "Places", "Rules", "Taken", "read"]
