"""``riwaq pictures``: the README's pictures of the kiosk and of the page, made by the programs themselves."""

import io
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

import click
from PIL import Image

from kiosk.ui.gallery import main as gallery
from server.web import FIRST_ACCOUNT
from tests.browser import chromium
from tests.server.web.stage import Stage, busy_hall

WIDTH, HEIGHT = 1280, 800
SCENES = ("attract", "accepted")
_SETTLED_MS = 1500


@click.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--lang", type=click.Choice(["ar", "fr"]), default="ar", show_default=True)
def main(*, out: Path, lang: str) -> None:
    """Write kiosk-….png and page.png to OUT, in one language.

    The kiosk's screens come from its gallery, the page from a real server and a real browser.
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
        _page(Path(directory), out / "page.png", lang)
    click.echo(f"{len(SCENES) + 1} pictures in {out}")


def _page(directory: Path, picture: Path, lang: str) -> None:
    stage = Stage(directory)
    busy_hall(stage)
    stage.serve()
    try:
        with chromium() as browser:
            page = browser.new_page(
                viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", locale=lang
            )
            page.goto(stage.server.url)
            page.fill("#name", FIRST_ACCOUNT)
            page.fill("#password", stage.password)
            page.click("button.main")
            # The chart is drawn once the stream has brought the figures.
            page.wait_for_selector("canvas")
            page.wait_for_timeout(_SETTLED_MS)
            page.screenshot(path=picture)
    finally:
        stage.close()


if __name__ == "__main__":
    main(prog_name="riwaq pictures")
