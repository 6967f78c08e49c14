"""The open API: the figures and data of the live pages as JSON, described by OpenAPI.

Each module has the routes of one subject, :mod:`server.web.api.every` has all. Who may have what is
judged as for the pages, by the same readers, and what shows personal data is audited alike.
"""
