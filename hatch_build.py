"""Puts what is made at set-up into the wheel, so that nothing in the field needs Node or a network."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Each program gets what it uses (hatch can put a file in one place only). The terms of those
# who wrote a part lie in it.
PARTS = {"kiosk": ("fonts", "sounds", "voice"), "server": ("web",)}
CATALOGUES = {"kiosk": ("kiosk",), "server": ("server", "files")}


class AssetsHook(BuildHookInterface[Any]):
    """Adds `assets/made` where it exists: a wheel of a bare checkout holds the programs alone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatch's signature
        """Name the directories to take, all of them git-ignored and so not taken by themselves."""
        made = Path(self.root) / "assets/made"
        if not made.is_dir():
            self.app.display_warning("assets/made is missing, so the wheel has no fonts: run ./riwaq once.")
            return
        if self.target_name == "sdist":
            # From it a wheel can be built where npm cannot be reached.
            build_data["force_include"][str(made)] = "assets/made"
            return
        for program, parts in PARTS.items():
            taken = [made / part for part in parts if (made / part).is_dir()]
            for name in CATALOGUES[program]:
                taken += made.glob(f"locale/*/LC_MESSAGES/{name}.mo")
            for path in taken:
                build_data["force_include"][str(path)] = f"{program}/made/{path.relative_to(made)}"
