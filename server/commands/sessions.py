"""``session``: all that is typed about sessions, and a session's id alone, which calls its roll."""

import click

from server.commands import recommendations, session, session_lists, session_matrix


class _Sessions(click.Group):
    """Takes the id of a session for ``show`` and that id."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["show", *args]
        return super().parse_args(ctx, args)


group = _Sessions(
    name="session",
    help="Add sessions that belong to no fair, call the roll of any, and follow what they recommend.",
    commands={
        "add": session.add,
        "change": session.change,
        "remove": session.remove,
        "list": session.list_,
        "show": session.show_,
        "import": session_lists.import_,
        "invite": session_lists.invite,
        "attend": session_lists.attend,
        "matrix": session_matrix.matrix,
        "recommend": recommendations.recommend,
        "recommendation": recommendations.recommendation,
        "recommendations": recommendations.recommendations,
    },
)
