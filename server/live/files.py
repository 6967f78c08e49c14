"""Reads which files somebody may take home: of descriptions alone, so it costs nothing."""

from collections.abc import Mapping

from server.assets import assets_dir
from server.files.out.catalogue import languages_made
from server.live.source import StoreSource
from server.rules.access import Holder
from server.rules.pages.files import Files, files_of_fair, files_of_tour


class FilesReader:
    """Gives what an account may take home."""

    def __init__(self, source: StoreSource) -> None:
        self._source = source

    def of_fair(self, params: Mapping[str, str], holder: Holder) -> Files | None:
        """Give the files of the fair that is named; None where there is none."""
        fairs = self._source.fairs()
        definition = next((each for each in fairs if each.fair.id == params["fair"]), None)
        if definition is None:
            return None
        is_stop = sum(each.fair.tour == definition.fair.tour for each in fairs) > 1
        return files_of_fair(definition, holder, languages_made(assets_dir()), is_stop=is_stop)

    def of_tour(self, params: Mapping[str, str], holder: Holder) -> Files | None:
        """Give the files of the tour that is named; None where there is none for this account."""
        stops = [each for each in self._source.fairs() if each.fair.tour == params["tour"]]
        return files_of_tour(stops, holder, languages_made(assets_dir()))
