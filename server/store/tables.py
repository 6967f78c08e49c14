"""The tables. Every one carries ``body``: bodies share a server and never a row.

``fact`` is the ledger: what happened, in full, less who it happened to. Who is in
``subject_link``, one random subject per card and tour, so that retention and erasure can
forget a person without changing a figure. Personal text stays sealed, in a column of its own:
to erase it is to empty that. ``figure`` and ``tally`` are derived and can be rebuilt.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()
_ID = BigInteger().with_variant(Integer, "sqlite")
_REFUSED = "outcome NOT IN ('', 'enrolled', 'linked', 'reissued', 'revoked', 'voided')"


def _body(*, primary_key: bool = True) -> "Column[str]":
    return Column("body", String(48), primary_key=primary_key, nullable=False)


body = Table(
    "body",
    metadata,
    _body(),
    Column("names", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
)

fair = Table(
    "fair",
    metadata,
    _body(),
    Column("fair", String(48), primary_key=True),
    Column("tour", String(48), nullable=False),
    Column("region", String(48), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("definition", LargeBinary, nullable=False),
    ForeignKeyConstraint(["body"], ["body.body"]),
)

closed_fair = Table(
    "closed_fair",
    metadata,
    _body(),
    Column("fair", String(48), primary_key=True),
    Column("closed_at", BigInteger, nullable=False),
)

programme = Table(
    "programme",
    metadata,
    _body(),
    Column("fair", String(48), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("message", LargeBinary, nullable=False),
)

# What a fair's kiosks are sent sealed: who is invited, as card numbers and keyed hashes.
fair_setup = Table(
    "fair_setup",
    metadata,
    _body(),
    Column("fair", String(48), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

# The picture that a fair's programme names, by its SHA-256.
fair_logo = Table(
    "fair_logo",
    metadata,
    _body(),
    Column("fair", String(48), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
)

revocation_list = Table(
    "revocation_list",
    metadata,
    _body(),
    Column("version", BigInteger, nullable=False),
    Column("message", LargeBinary, nullable=False),
)

# Who may serve a kiosk as staff. Rows stay when their cards are revoked: an id is given once.
staff = Table(
    "staff",
    metadata,
    _body(),
    Column("staff_id", String(16), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("fair", String(48), nullable=False),
    Column("booth", String(48), nullable=False),
    Column("pin_verifier", Text, nullable=False),
    Column("card", String(19), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

revoked_card = Table(
    "revoked_card",
    metadata,
    _body(),
    Column("card", String(19), primary_key=True),
    Column("revoked_at", BigInteger, nullable=False),
    Column("reason", String(64), nullable=False),
)

# Kiosks that were stolen or lost: nobody hears them any more, and of the cards that they have signed those
# that are known here alone are good.
revoked_kiosk = Table(
    "revoked_kiosk",
    metadata,
    _body(),
    Column("device", String(16), primary_key=True),
    Column("revoked_at", BigInteger, nullable=False),
    Column("reason", String(64), nullable=False),
)

kiosk = Table(
    "kiosk",
    metadata,
    _body(),
    Column("device", String(16), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("fair", String(48), nullable=False),
    Column("booth", String(48), nullable=False),
    Column("batch_key", LargeBinary, nullable=False),
    Column("card_key", LargeBinary, nullable=False),
    Column("card_key_id", Integer, nullable=False),
    Column("password_sha256", String(64), nullable=False),
    Column("mosquitto_hash", Text, nullable=False),
    Column("flag", Text, nullable=False, server_default=""),
    Column("state", LargeBinary),
    Column("state_at", BigInteger),
    Column("hello_at", BigInteger),
    Column("clock_wrong_ms", BigInteger),
    Index("kiosk_name", "body", "fair", "name", unique=True),
)

# A code that was made for a kiosk. ``batch_key`` is that of the kiosk which has used it; the hashes are of
# the code's account, and of the kiosk's own, for a broker that must know it before the kiosk comes.
pairing = Table(
    "pairing",
    metadata,
    _body(),
    Column("number", String(16), primary_key=True),
    Column("device", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    Column("fair", String(48), nullable=False),
    Column("booth", String(48), nullable=False),
    Column("code_key", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("password_sha256", String(64), nullable=False),
    Column("mosquitto_hash", Text, nullable=False),
    Column("device_sha256", String(64), nullable=False),
    Column("device_mosquitto_hash", Text, nullable=False),
    Column("batch_key", LargeBinary),
)

card_key = Table(
    "card_key",
    metadata,
    _body(),
    Column("id", Integer, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("holder", String(64), nullable=False),
)

card = Table(
    "card",
    metadata,
    _body(),
    Column("card", String(19), primary_key=True),
    Column("category", Integer, nullable=False),
    Column("territory", Integer, nullable=False),
    Column("language", String(8), nullable=False),
    Column("valid_from", String(10), nullable=False),
    Column("valid_to", String(10), nullable=False),
    Column("issued_at", BigInteger, nullable=False),
)

subject_link = Table(
    "subject_link",
    metadata,
    _body(),
    # As long as a fair's name: one that was never loaded is a tour of its own.
    Column("tour", String(64), primary_key=True),
    Column("card", String(19), primary_key=True),
    Column("subject", BigInteger, nullable=False),
    Index("subject_link_subject", "subject", "body"),
)

# Who was erased, as keyed hashes of what would bring them back: cards, member's and employee's numbers. Each
# row stands in a file beside the ledger as well; see ``server.rights.erased_file``.
erased = Table(
    "erased",
    metadata,
    _body(),
    Column("mark", String(32), primary_key=True),
    Column("erased_at", BigInteger, nullable=False),
)

# Of which facts of a fair nobody is told any more whose they are: what comes late gets no subject.
unlinked = Table(
    "unlinked",
    metadata,
    _body(),
    Column("fair", String(64), primary_key=True),
    Column("purpose", String(16), primary_key=True),
    Column("unlinked_at", BigInteger, nullable=False),
)

# Who was at a session, apart from subjects, for as long as lists of those are kept longer than visits.
session_holder = Table(
    "session_holder",
    metadata,
    _body(),
    Column("fair", String(64), primary_key=True),
    Column("session", String(64), primary_key=True),
    Column("card", String(19), primary_key=True),
    Column("category", Integer, nullable=False),
    Index("session_holder_card", "body", "card"),
)

# How many were invited to a session, and were there, of whom nothing more is known.
session_past = Table(
    "session_past",
    metadata,
    _body(),
    Column("fair", String(64), primary_key=True),
    Column("session", String(64), primary_key=True),
    Column("invited", Integer, nullable=False),
    Column("present", Integer, nullable=False),
)

fact = Table(
    "fact",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    _body(primary_key=False),
    Column("device", String(16), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("status", String(12), nullable=False),
    Column("reason", String(64)),
    Column("event_id", String(32)),
    Column("digest", LargeBinary(16), nullable=False),
    Column("kind", String(64)),
    Column("fair", String(64)),
    Column("booth", String(64)),
    Column("occurred_at", BigInteger),
    Column("monotonic_ms", BigInteger),
    Column("boot_id", String(32)),
    Column("corrected_at", BigInteger),
    Column("received_at", BigInteger, nullable=False),
    Column("subject", BigInteger),
    Column("category", Integer),
    Column("territory", Integer),
    Column("language", String(8)),
    Column("staff_id", String(64)),
    Column("voided", Boolean, nullable=False, server_default=text("false")),
    Column("detail", Text),
    # What the fact is about: an offer, a session, a direction; empty for a feedback, which says more.
    Column("about", String(64)),
    Column("sealed", LargeBinary),
    Index("fact_place", "body", "device", "epoch", "seq", unique=True),
    # The id first: without statistics PostgreSQL would take "a body's accepted facts" for a few.
    Index(
        "fact_event",
        "event_id",
        "body",
        unique=True,
        sqlite_where=text("status = 'accepted'"),
        postgresql_where=text("status = 'accepted'"),
    ),
    Index(
        "fact_subject",
        "body",
        "fair",
        "subject",
        sqlite_where=text("subject IS NOT NULL"),
        postgresql_where=text("subject IS NOT NULL"),
    ),
    # Withdrawals count in the whole tour, so a subject's choices are looked up beyond one fair.
    Index(
        "fact_choice",
        "subject",
        "body",
        sqlite_where=text("kind IN ('sign_up', 'withdrawal')"),
        postgresql_where=text("kind IN ('sign_up', 'withdrawal')"),
    ),
    # Few of a ledger's facts: what the pages of feedback and of exceptions read.
    Index(
        "fact_words",
        "body",
        "fair",
        "corrected_at",
        sqlite_where=text("kind = 'feedback' AND sealed IS NOT NULL"),
        postgresql_where=text("kind = 'feedback' AND sealed IS NOT NULL"),
    ),
    Index(
        "fact_withdrawal",
        "body",
        "subject",
        sqlite_where=text("kind = 'withdrawal'"),
        postgresql_where=text("kind = 'withdrawal'"),
    ),
    Index(
        "fact_rejected",
        "body",
        "device",
        sqlite_where=text("status = 'rejected'"),
        postgresql_where=text("status = 'rejected'"),
    ),
)

mark = Table(
    "mark",
    metadata,
    _body(),
    Column("device", String(16), primary_key=True),
    Column("epoch", BigInteger, primary_key=True),
    Column("upto", BigInteger, nullable=False),
    Column("highest", BigInteger, nullable=False),
    Column("tail", String(32), nullable=False),
    Column("gone", BigInteger, nullable=False, server_default="0"),
    # The last seq that the kiosk said it keeps: what it has promised and not delivered yet.
    Column("kept", BigInteger, nullable=False, server_default="0"),
)

void = Table(
    "void",
    metadata,
    _body(),
    Column("target", String(32), primary_key=True),
    Column("event_id", String(32), primary_key=True),
)

clock_offset = Table(
    "clock_offset",
    metadata,
    _body(),
    Column("device", String(16), primary_key=True),
    Column("boot_id", String(32), primary_key=True),
    Column("server_minus_monotonic_ms", BigInteger, nullable=False),
    Column("server_minus_wall_ms", BigInteger, nullable=False),
    Column("round_trip_ms", BigInteger, nullable=False),
    Column("event_id", String(32), nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    _body(),
    Column("device", String(16), primary_key=True),
    Column("epoch", BigInteger, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("digest", LargeBinary(16), primary_key=True),
    Column("event_id", String(32), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("received_at", BigInteger, nullable=False),
)

figure = Table(
    "figure",
    metadata,
    _body(),
    Column("fair", String(64), primary_key=True),
    Column("scope", String(16), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("visits", BigInteger, nullable=False),
    Column("attendance", BigInteger, nullable=False),
)

# The same of each booth by itself: by day, hour and category.
booth_figure = Table(
    "booth_figure",
    metadata,
    _body(),
    Column("fair", String(64), primary_key=True),
    Column("booth", String(64), primary_key=True),
    Column("scope", String(16), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("visits", BigInteger, nullable=False),
    Column("attendance", BigInteger, nullable=False),
)

# How many codes were scanned at a booth in each of the last minutes (since 1970, UTC), whatever the verdict.
# No figure: it is not derived again, and what is older is taken out.
scan_minute = Table(
    "scan_minute",
    metadata,
    _body(),
    Column("fair", String(64), primary_key=True),
    Column("minute", BigInteger, primary_key=True, autoincrement=False),
    Column("booth", String(64), primary_key=True),
    Column("scans", BigInteger, nullable=False),
)

tally = Table(
    "tally",
    metadata,
    _body(),
    Column("fair", String(64), primary_key=True),
    Column("scope", String(16), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("count", BigInteger, nullable=False),
)

# Counts up when a process apart from the running server moves figures: the server looks here.
figure_move = Table(
    "figure_move",
    metadata,
    _body(),
    Column("fair", String(64), primary_key=True),
    Column("moves", BigInteger, nullable=False),
)

# Whoever the body knows. ``member`` is drawn by chance; ``principal`` is another's, none for a principal.
# ``likeness`` tells those apart who have no number of an employee; see ``server.rules.members.member``.
# ``words`` are those of both names as they are compared, a space before each.
member = Table(
    "member",
    metadata,
    _body(),
    Column("member", String(16), primary_key=True),
    Column("name_ar", String(120), nullable=False),
    Column("name_latin", String(120), nullable=False),
    Column("category", Integer, nullable=False),
    Column("principal", String(16)),
    Column("birth", String(10), nullable=False),
    Column("employee_number", String(32), nullable=False),
    Column("phone", String(16), nullable=False),
    Column("email", String(254), nullable=False),
    Column("territory", String(48), nullable=False),
    Column("language", String(8), nullable=False),
    Column("kinds", Integer, nullable=False),
    Column("national_id", String(32), nullable=False),
    Column("national_tail", String(3), nullable=False),
    Column("likeness", BigInteger),
    Column("words", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("deactivated_at", BigInteger),
    Index(
        "member_number",
        "body",
        "employee_number",
        unique=True,
        sqlite_where=text("employee_number <> ''"),
        postgresql_where=text("employee_number <> ''"),
    ),
    Index(
        "member_phone",
        "body",
        "phone",
        sqlite_where=text("phone <> ''"),
        postgresql_where=text("phone <> ''"),
    ),
    Index(
        "member_principal",
        "body",
        "principal",
        sqlite_where=text("principal IS NOT NULL"),
        postgresql_where=text("principal IS NOT NULL"),
    ),
    Index(
        "member_likeness",
        "body",
        "likeness",
        sqlite_where=text("likeness IS NOT NULL"),
        postgresql_where=text("likeness IS NOT NULL"),
    ),
)

# By which words a member is found, in either script. ``mask`` says how the member's other words begin, so
# that two common names are joined in the index alone; see ``server.rules.members.search``. Words compare
# by their letters' numbers, whatever the database's language: beginnings are ranges.
member_word = Table(
    "member_word",
    metadata,
    _body(),
    Column("word", String(48).with_variant(String(48, collation="C"), "postgresql"), primary_key=True),
    Column("mask", BigInteger, primary_key=True),
    Column("member", String(16), primary_key=True),
    sqlite_with_rowid=False,
)

member_card = Table(
    "member_card",
    metadata,
    _body(),
    Column("card", String(19), primary_key=True),
    Column("member", String(16), nullable=False),
    # The registration or reissue by which the card came, empty where the server issued it.
    Column("event_id", String(32), nullable=False, server_default=""),
    Index("member_card_member", "body", "member"),
)

# How many members live where, by what they are counted by: see ``server.store.member_counts``.
member_count = Table(
    "member_count",
    metadata,
    _body(),
    Column("scope", String(16), primary_key=True),
    Column("key", String(16), primary_key=True),
    Column("territory", String(48), primary_key=True),
    Column("count", BigInteger, nullable=False),
)

# To what a member has agreed at a registration: the version of the programme's text, and when by corrected
# time, ms UTC.
member_consent = Table(
    "member_consent",
    metadata,
    _body(),
    Column("member", String(16), primary_key=True),
    Column("consent", String(64), primary_key=True),
    Column("event_id", String(32), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("language", String(8), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("device", String(16), nullable=False),
)

# What kiosks have done for members: registrations, reissues and revocations of cards, until they are worked
# off and after. ``raw`` is the fact's bytes, emptied once the tables of members hold what it says; ``wanted``
# whom it waits for, by numbers with a space between; ``outcome`` is empty while it waits.
enrolment = Table(
    "enrolment",
    metadata,
    _body(),
    Column("event_id", String(32), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("device", String(16), nullable=False),
    Column("staff_id", String(64), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("is_due", Boolean, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("member", String(16), nullable=False),
    Column("doubt", Text, nullable=False),
    Column("wanted", String(64), nullable=False),
    Index(
        "enrolment_due",
        "body",
        "received_at",
        sqlite_where=text("is_due"),
        postgresql_where=text("is_due"),
    ),
    Index(
        "enrolment_wanted",
        "body",
        sqlite_where=text("wanted <> ''"),
        postgresql_where=text("wanted <> ''"),
    ),
    Index(
        "enrolment_member",
        "body",
        "member",
        sqlite_where=text("member <> ''"),
        postgresql_where=text("member <> ''"),
    ),
    Index(
        "enrolment_doubt",
        "body",
        sqlite_where=text("doubt <> ''"),
        postgresql_where=text("doubt <> ''"),
    ),
    Index(
        "enrolment_refused",
        "body",
        "device",
        sqlite_where=text(_REFUSED),
        postgresql_where=text(_REFUSED),
    ),
)

# A member who turned out to be another: the rows are the other's, and this stays so that nothing which comes
# late, or once more, brings the first back. ``likeness`` is the one's that is no more.
merged_member = Table(
    "merged_member",
    metadata,
    _body(),
    Column("member", String(16), primary_key=True),
    Column("into_member", String(16), nullable=False),
    Column("likeness", BigInteger),
    Column("at", BigInteger, nullable=False),
    Column("who", String(64), nullable=False),
    Index(
        "merged_member_likeness",
        "body",
        "likeness",
        sqlite_where=text("likeness IS NOT NULL"),
        postgresql_where=text("likeness IS NOT NULL"),
    ),
)

# A feedback that somebody works off; an urgent one comes here with its fact. ``state`` is open, taken or
# done, ``who`` an account's name; ``note`` is sealed for the server's key, since it may say of whom.
feedback_case = Table(
    "feedback_case",
    metadata,
    _body(),
    Column("event_id", String(32), primary_key=True),
    Column("fair", String(64), nullable=False),
    Column("state", String(8), nullable=False),
    Column("who", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Index("feedback_case_fair", "body", "fair"),
)

# The same subject at two fairs sooner than anybody can travel: the two facts that lie closest, by their ids
# in the ledger. It is judged anew when it is shown: a clock may be measured later.
travel = Table(
    "travel",
    metadata,
    _body(),
    Column("key", String(32), primary_key=True),
    Column("subject", BigInteger, nullable=False),
    Column("fair", String(64), nullable=False),
    Column("other_fair", String(64), nullable=False),
    Column("fact", BigInteger, nullable=False),
    Column("other_fact", BigInteger, nullable=False),
    Column("found_at", BigInteger, nullable=False),
)

# How far facts were looked at for a purpose, by their ids.
looked_at = Table(
    "looked_at",
    metadata,
    _body(),
    Column("purpose", String(16), primary_key=True),
    Column("upto", BigInteger, nullable=False),
)

# What a person has decided of an exception; ``about`` is how it was then, as JSON, without names.
exception_decision = Table(
    "exception_decision",
    metadata,
    _body(),
    Column("kind", String(16), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("fair", String(64), nullable=False),
    Column("decision", String(16), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("about", Text, nullable=False),
    Column("who", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
)

# What the body calls places of its own, besides those that its tours describe.
own_territory = Table(
    "own_territory",
    metadata,
    _body(),
    Column("territory", String(48), primary_key=True),
    Column("names", Text, nullable=False),
    Column("parent", String(48), nullable=False),
)

# Meetings, workshops and trainings that belong to no fair. ``names`` is JSON; days are ISO, perhaps in part
# or empty.
session = Table(
    "session",
    metadata,
    _body(),
    Column("session", String(48), primary_key=True),
    Column("names", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("series", String(48), nullable=False),
    Column("territory", String(48), nullable=False),
    Column("place", String(120), nullable=False),
    Column("first_day", String(10), nullable=False),
    Column("last_day", String(10), nullable=False),
)

# Their rolls. ``person`` is a member's id or a card's number, ``behalf`` the member's id of whoever sent that
# one, or empty.
session_taking = Table(
    "session_taking",
    metadata,
    _body(),
    Column("session", String(48), primary_key=True),
    Column("person", String(19), primary_key=True),
    Column("behalf", String(16), nullable=False),
    Column("invited", Boolean, nullable=False),
    Column("attended", Boolean, nullable=False),
    Column("on_sheet", Boolean, nullable=False, server_default=text("false")),
    Index("session_taking_person", "body", "person"),
)

recommendation = Table(
    "recommendation",
    metadata,
    _body(),
    Column("session", String(48), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("texts", Text, nullable=False),
    Column("done_at", BigInteger),
)

# People and programs that may look. A name is given once a server; ``scope`` is JSON. Passwords, tokens and
# one-time links are kept as hashes, the secret of one-time codes sealed; ``code_step`` was used last.
account = Table(
    "account",
    metadata,
    _body(primary_key=False),
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("scope", Text, nullable=False),
    Column("password", Text, nullable=False, server_default=""),
    Column("token_sha256", String(64), nullable=False, server_default=""),
    Column("link_sha256", String(64), nullable=False, server_default=""),
    Column("link_until", BigInteger, nullable=False, server_default="0"),
    Column("code_secret", LargeBinary),
    Column("code_step", BigInteger, nullable=False, server_default="0"),
    Column("made_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Column("signed_in_at", BigInteger),
)

# Every look at personal data and every change of them; see ``server.rules.audit``.
audit = Table(
    "audit",
    metadata,
    _body(),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("who", String(64), nullable=False),
    Column("what", String(32), nullable=False),
    Column("about", String(16), nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", LargeBinary(16), nullable=False),
)

# Where the audit log begins, sealed, once its oldest rows are taken out: the last of those.
audit_start = Table(
    "audit_start",
    metadata,
    _body(),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary(16), nullable=False),
    Column("seal", LargeBinary(16), nullable=False),
)

# Where the audit log ends, sealed: rows cut off at its end would not show otherwise.
audit_end = Table(
    "audit_end",
    metadata,
    _body(),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary(16), nullable=False),
    Column("seal", LargeBinary(16), nullable=False),
)
