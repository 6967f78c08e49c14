"""``riwaq pictures``: the README's pictures of the kiosk and of pages, made by the programs themselves."""

import io
import random
import tempfile
from contextlib import ExitStack, redirect_stdout
from pathlib import Path

import click
from PIL import Image
from playwright.sync_api import Browser

from kiosk.ui.gallery import main as gallery
from server.web import FIRST_ACCOUNT
from tests.browser import chromium
from tests.server.web.full_hall import HOUR, fill, full_stage
from tests.server.web.stage import NOW, Stage, busy_hall
from tests.server.web.told import feedback, tell
from tests.server.web.tour_scene import TOUR, toured

WIDTH, HEIGHT = 1280, 800
SCENES = ("attract", "accepted")
TOPICS = ("welcome", "services", "partners", "waiting", "venue")
_SETTLED_MS = 1500


@click.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--lang", type=click.Choice(["ar", "fr"]), default="ar", show_default=True)
def main(*, out: Path, lang: str) -> None:
    """Write kiosk-….png and page….png to OUT, in one language, and one page in the other.

    The kiosk's screens come from its gallery, the pages from a real server and a real browser.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="riwaq-pictures-") as directory:
        drawn = Path(directory) / "gallery"
        with redirect_stdout(io.StringIO()):
            code = gallery([str(drawn), "--lang", lang, "--size", f"{WIDTH}x{HEIGHT}"])
        if code:
            raise SystemExit(code)
        for scene in SCENES:
            [picture] = drawn.glob(f"{scene}-{lang}-*.png")
            with Image.open(picture) as image:
                image.save(out / f"kiosk-{scene}.png", optimize=True)
        pages = _pages(Path(directory), out, lang)
    click.echo(f"{len(SCENES) + pages} pictures in {out}")


def _pages(directory: Path, out: Path, lang: str) -> int:
    other = "fr" if lang == "ar" else "ar"
    hall, full, tour = Stage(directory / "hall"), full_stage(directory), toured(directory / "tour")
    busy_hall(hall)
    fill(full)
    _told(full)
    shown = (
        (hall, "", lang, "page.png"),
        (tour, f"/tour/{TOUR}", lang, "page-tour.png"),
        (full, f"/fair/{full.fair}/feedback", other, "page-feedback.png"),
        (full, f"/fair/{full.fair}/wall", lang, "page-wall.png"),
    )
    with ExitStack() as ending:
        for stage in (hall, full, tour):
            ending.callback(stage.close)
            stage.serve()
        browser = ending.enter_context(chromium())
        for stage, address, language, name in shown:
            _page(browser, stage, address, language, out / name)
    return len(shown)


def _told(stage: Stage) -> None:
    """Let members say what they think, through both days, and one ask for help."""
    chance = random.Random(5)
    hours = [hour for day in (NOW, NOW - 24 * HOUR) for hour in range(day - 5 * HOUR, day, HOUR)]
    said = [
        (feedback(stage, who=who, face=chance.choice((2, 3, 4, 4, 5, 5)), topics=[chance.choice(TOPICS)]), at)
        for who, at in enumerate(sorted(hours * 5), 1)
    ]
    words = "Mon dossier de retraite attend depuis six mois."
    urgent = feedback(stage, words, who=7, face=2, topics=["services"], urgent=True, may_call=True)
    tell(stage, stage.kiosks[0], *said, (urgent, NOW - HOUR // 2))


def _page(browser: Browser, stage: Stage, address: str, lang: str, picture: Path) -> None:
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", locale=lang)
    page.goto(f"{stage.server.url}{address}")
    page.fill("#name", FIRST_ACCOUNT)
    page.fill("#password", stage.password)
    page.click("button.main")
    # Charts are drawn once the stream has brought the figures.
    page.wait_for_selector("#live[data-state=live]")
    page.wait_for_timeout(_SETTLED_MS)
    page.screenshot(path=picture)
    page.close()


if __name__ == "__main__":
    main(prog_name="riwaq pictures")
