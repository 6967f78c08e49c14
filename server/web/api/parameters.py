"""What may stand in a request to the API, and what it is told where something is wrong."""

from datetime import date
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter
from litestar.status_codes import (
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_403_FORBIDDEN,
    HTTP_404_NOT_FOUND,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from server.rules.wording import choose_language

AnyRequest = Request[Any, Any, Any]
ID: Final = "^[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?$"
LONGEST_ID: Final = 48


class Problem(msgspec.Struct, frozen=True):
    """Why a request was not met: its status once more, and a sentence in English."""

    status_code: Annotated[int, msgspec.Meta(ge=400, le=599)]
    detail: str


FairId = Annotated[
    str, PathParameter(description="A fair's id, as in /api/fairs.", pattern=ID, max_length=LONGEST_ID)
]
TourId = Annotated[
    str, PathParameter(description="A tour's id, as in /api/tours.", pattern=ID, max_length=LONGEST_ID)
]
BoothId = Annotated[
    str,
    PathParameter(description="The id of one of the fair's booths.", pattern=ID, max_length=LONGEST_ID),
]
SessionId = Annotated[
    str, PathParameter(description="A session's id, as in the list.", pattern=ID, max_length=LONGEST_ID)
]
SeriesId = Annotated[
    str,
    PathParameter(
        description="The id of a series of sessions; `all` for every session.",
        pattern=ID,
        max_length=LONGEST_ID,
    ),
]
CaseId = Annotated[str, PathParameter(description="The id of one feedback, as in the lists.", max_length=64)]
Day = Annotated[
    date | None, QueryParameter(description="One local day alone, as in 2024-12-28; else all of them.")
]
Language = Annotated[
    Literal["ar", "fr", "zgh", "en"] | None,
    QueryParameter(description="Language of texts; else the Accept-Language header chooses."),
]


def problems(*, named: bool = True) -> dict[int, ResponseSpec]:
    """Describe what a route answers where it cannot give what it is for.

    ``named``: its path names something, which may be wrong, or not there.
    """
    told = {
        HTTP_401_UNAUTHORIZED: "Nobody is signed in, and no token was sent that is good.",
        HTTP_403_FORBIDDEN: "Not for this account, whether it is there or not.",
        HTTP_503_SERVICE_UNAVAILABLE: "It cannot be read just now: try again in a moment.",
    }
    if named:
        told[HTTP_404_NOT_FOUND] = "There is no such thing; told to whoever may see everything."
        told[HTTP_400_BAD_REQUEST] = "A parameter is not as it is described."
    return {
        status: ResponseSpec(Problem, description=description, generate_examples=False)
        for status, description in sorted(told.items())
    }


def language_of(request: AnyRequest, lang: str | None) -> str:
    """Choose the language of an answer."""
    return choose_language(lang or "", request.headers.get("accept-language", ""))
