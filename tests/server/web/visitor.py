"""Somebody with a real browser before the page."""

from typing import Any, Final

from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from server.web import FIRST_ACCOUNT
from tests.server.web.stage import Stage

LIVE_MS: Final = 8000


class Visitor:
    """Somebody with a browser. What the browser complains of is kept."""

    def __init__(self, browser: Browser, stage: Stage, url: str = "", **context: Any) -> None:
        self.stage = stage
        self.url = url or stage.server.url
        self.context = browser.new_context(
            **{"locale": "ar", "viewport": {"width": 1280, "height": 800}, **context}
        )
        self.complaints: list[str] = []
        self.page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"a dialog: {dialog.message}"))
        return page

    def sign_in(self) -> Page:
        self.page.goto(self.url)
        self.enter(FIRST_ACCOUNT, self.stage.password)
        live(self.page)
        return self.page

    def enter(self, name: str, password: str) -> None:
        """Fill in the form at the door."""
        self.page.fill("#name", name)
        self.page.fill("#password", password)
        self.page.click("button.main")

    def _on_console(self, message: ConsoleMessage) -> None:
        # That a stopped server refuses connections is the browser's own note, and no fault of the page.
        if message.type in {"error", "warning"} and "net::ERR_" not in message.text:
            self.complaints.append(message.text)


def choose_language(page: Page, name: str) -> None:
    """Open the menu of languages and take one by its own name."""
    page.locator(".languages summary").click()
    page.locator(".languages").get_by_role("link", name=name, exact=True).click()


def live(page: Page) -> None:
    expect(page.locator("#live")).to_have_attribute("data-state", "live", timeout=LIVE_MS)
