"""Keeping out, when a backup is put back, whoever was shut out since it was made; and telling kiosks so."""

from collections import Counter
from collections.abc import Collection, Mapping

import msgspec

from server.office import now_ms
from server.settings import Secrets
from server.signing import Signing, next_version
from server.store.audit_log import AuditLog, Transaction
from server.store.registry import Registry
from server.store.shut_out import NOBODY, Carried, ShutOut, ShutOuts
from wire.setup import Setup


def read(connection: Transaction) -> dict[str, ShutOut]:
    """Give, by body, who is let in no more."""
    return {body: ShutOuts(connection, body).all() for body in Registry.bodies(connection)}


def carry_over(connection: Transaction, secrets: Secrets, found: Mapping[str, ShutOut]) -> dict[str, int]:
    """Shut them out of what was put back, within the caller's transaction; gives how many of whom are new.

    Programmes, revocations and setups that say something else then are signed, or numbered, anew.
    """
    counts = Counter(NOBODY.counts)
    for body in Registry.bodies(connection):
        if body not in found:
            continue
        carried = ShutOuts(connection, body).carry_over(found[body])
        if carried != NOBODY:
            _tell_kiosks(Registry(connection, body), Signing(secrets, body, clock=now_ms), carried)
            key = bytes.fromhex(secrets.digest_key)
            log = AuditLog(connection, body)
            log.append(key, at=now_ms(), who="server", what="restore", counts=carried.counts)
        counts.update(carried.counts)
    return dict(counts)


def _tell_kiosks(registry: Registry, signing: Signing, carried: Carried) -> None:
    if carried.cards or carried.kiosks:
        signing.revocations(registry)
    if carried.kiosks:
        signing.programmes(registry)
    if carried.staff:
        _forget_staff(registry, carried.staff)


def _forget_staff(registry: Registry, gone: Collection[str]) -> None:
    """Take their verifiers out of what the fairs' kiosks are sent sealed."""
    for fair, (_, content) in registry.setups().items():
        old = msgspec.json.decode(content, type=Setup)
        staff = [each for each in old.staff if each.staff_id not in gone]
        if len(staff) < len(old.staff):
            version = next_version(old.version, now_ms())
            new = msgspec.structs.replace(old, version=version, staff=staff)
            registry.put_setup(fair, version, msgspec.json.encode(new))
