"""Things that others point at: who stated something, accounts, applications, places. Each is written once, after all others.

A graph whose references lead nowhere is not valid, so whoever writes a thing asks here for what it points at.
"""

from __future__ import annotations

from collections.abc import Iterator

from safelight.casework.handover.case_uco_graph import Ref, Thing, facet, named, own, thing
from safelight.casework.handover.contents import Contents
from safelight.ledger.identity_law import account_of


class Cited:
    """What was pointed at so far. `things` writes it all."""

    def __init__(self, contents: Contents) -> None:
        self._given = {one.account_id: one for one in contents.accounts}
        self._items = {one.item_id for one in contents.items}
        self._records = {one.id for one in contents.records}
        self._exhibits = {name: one.key for one in contents.exhibits for name in (one.key, one.number)}
        self._traces = {
            id_
            for table in ("messages", "calls", "transfers")
            if table in contents.traces
            for id_ in contents.traces[table].column("trace_id").to_pylist()
        }
        self._accounts: dict[str, tuple[str, str, str]] = {
            one.account_id: (one.network, one.native, one.name) for one in contents.accounts
        }
        self._refs: dict[str, Ref] = {}
        self._named: dict[str, dict[str, Ref]] = {}
        self._bare: dict[str, str] = {}

    def actor(self, name: str) -> Ref | None:
        """Somebody who did something in the tool, by user name."""
        return self._name("identity", name)

    def party(self, name: str) -> Ref | None:
        """A unit or person that received something."""
        return self._name("organization", name)

    def place(self, name: str) -> Ref | None:
        """A place by its name."""
        return self._name("location", name)

    def network(self, name: str) -> Ref | None:
        """The application or network of an account or message."""
        return self._name("application", name)

    def account(self, id_: str | None, network: str = "", native: str | None = None) -> Ref | None:
        """An account by its id or one of its tenures'."""
        if not id_:
            return None
        account = account_of(id_)
        known = self._accounts.get(account)
        if known is None or (native and not known[1]):
            self._accounts[account] = (network, native or "", "")
        found = self._refs.get(account)
        if found is None:
            found = self._refs[account] = Ref(named("account", account))
        return found

    def target(self, id_: str) -> Ref:
        """Whatever a statement points at."""
        if id_ in self._records:
            return Ref(own(id_))
        if id_ in self._items:
            return Ref(named("item", id_))
        if id_ in self._traces:
            return Ref(named("trace", id_))
        if id_ in self._exhibits:
            return Ref(own(self._exhibits[id_]))
        if id_.startswith("a1-"):
            found = self.account(id_)
            assert found is not None
            return found
        ref = Ref(named("other", id_))
        self._bare[ref.id] = id_
        return ref

    def things(self) -> Iterator[Thing]:
        """All that was pointed at and is nobody else's to write."""
        for id_, (network, native, name) in sorted(self._accounts.items()):
            yield self._account(id_, network, native, name)
        classes = {
            "identity": "uco-identity:Identity",
            "organization": "uco-identity:Organization",
            "location": "uco-location:Location",
        }
        for kind, class_ in classes.items():
            for name in sorted(self._named.get(kind, ())):
                yield thing(named(kind, kind, name), class_, {"uco-core:name": name})
        for name in sorted(self._named.get("application", ())):
            id_ = named("application", "application", name)
            yield thing(id_, "uco-observable:Application", {"uco-core:name": name})
        for id_, label in sorted(self._bare.items()):
            yield thing(id_, "uco-core:UcoObject", {"safelight:id": label})

    def _account(self, id_: str, network: str, native: str, name: str) -> Thing:
        iri = named("account", id_)
        given = self._given.get(id_)
        return thing(
            iri,
            "uco-observable:ApplicationAccount",
            {
                "uco-core:hasFacet": [
                    facet(iri, "uco-observable:AccountFacet", {"accountIdentifier": native or id_}),
                    facet(iri, "uco-observable:DigitalAccountFacet", {"displayName": name}),
                    facet(
                        iri,
                        "uco-observable:ApplicationAccountFacet",
                        {"application": self.network(network)},
                    ),
                ],
                "safelight:id": id_,
                "safelight:instance": given.instance if given else None,
                "safelight:name": given.names if given else None,
            },
        )

    def _name(self, kind: str, name: str) -> Ref | None:
        if not name:
            return None
        known = self._named.setdefault(kind, {})
        if name not in known:
            known[name] = Ref(named(kind, kind, name))
        return known[name]
