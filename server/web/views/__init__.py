"""The live pages: one module each, and no JavaScript of its own.

A page is four things: what reads it (``server/live``), what it says (``server/rules/pages``), how it is
drawn (``server/web/templates``), and a :class:`~server.web.views.view.View` here that ties them together
by its name and says who may see it. ``server.web.showing`` makes its routes.
"""
