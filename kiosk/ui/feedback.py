"""What somebody is about to tell us: a face, topics, and what goes with it; no Kivy, no clock."""

from dataclasses import dataclass, field

from kiosk.wishes import FeedbackWish


@dataclass(slots=True)
class Telling:
    """What has been said so far; nothing is chosen beforehand, and it has no name unless it is given one."""

    face: int = 0
    topics: list[str] = field(default_factory=list)
    with_card: bool = False
    urgent: bool = False
    may_call: bool = False
    text: str = field(default="", repr=False)

    def turn_topic(self, topic: str) -> None:
        """Choose a topic, or choose it no more."""
        if topic in self.topics:
            self.topics.remove(topic)
        else:
            self.topics.append(topic)

    def without_card(self) -> None:
        """Tell without a name: then nobody can be called."""
        self.with_card = self.may_call = False

    def not_urgent(self) -> None:
        """Take the urgency back."""
        self.urgent = self.may_call = False

    @property
    def something(self) -> bool:
        """Whether anything has been said that can be sent."""
        return bool(self.face or self.topics or self.text.strip())

    def wish(self, dialogue: int, language: str) -> FeedbackWish:
        """Give what is asked of the station."""
        return FeedbackWish(
            dialogue,
            language,
            face=self.face,
            topics=tuple(self.topics),
            text=self.text,
            urgent=self.urgent,
            may_call=self.may_call,
            with_card=self.with_card,
        )
