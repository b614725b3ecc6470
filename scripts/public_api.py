#!/usr/bin/env python3
"""Compares the public API of the libraries with its record in Tests/PublicAPI, one file per product, so that a review sees
every change of it. Builds them first.

    scripts/public_api.py             exits with 1 and a diff when the API is not as recorded
    scripts/public_api.py --update    records it: commit the files, and name the change in CHANGELOG.md

A file lists each type and below it the members, one declaration per line. A member that satisfies a requirement of a
protocol is left out, because the conformance says so. The files are the same on every machine. A symbol graph does not
tell `~Copyable` of a struct, so neither do they. Another version of Swift may print declarations in another way.
"""

import collections
import os
import pathlib
import subprocess
import sys
import tempfile

import symbol_graphs
from symbol_graphs import kind, path

RECORD = symbol_graphs.ROOT / "Tests/PublicAPI"
PRODUCTS = ["Brigade", "BrigadeMacros", "BrigadeTesting"]
TYPES = {"swift.actor", "swift.class", "swift.enum", "swift.protocol", "swift.struct"}
LINKS = {"conformsTo", "defaultImplementationOf", "memberOf", "requirementOf"}
# The order of a type's members.
MEMBERS = [
    "swift.enum.case", "swift.associatedtype", "swift.typealias", "swift.init", "swift.type.property", "swift.property",
    "swift.type.subscript", "swift.subscript", "swift.type.method", "swift.method", "swift.func.op",
]  # fmt: skip
# Protocols that every type conforms to, and those that another conformance brings.
UNIVERSAL = {"Copyable", "Escapable", "SendableMetatype"}
IMPLIED = {
    "Comparable": {"Equatable"},
    "Error": {"Sendable"},
    "ExpressibleByExtendedGraphemeClusterLiteral": {"ExpressibleByUnicodeScalarLiteral"},
    "ExpressibleByStringInterpolation": {"ExpressibleByStringLiteral"},
    "ExpressibleByStringLiteral": {"ExpressibleByExtendedGraphemeClusterLiteral"},
    "Hashable": {"Equatable"},
    "LosslessStringConvertible": {"CustomStringConvertible"},
}


def condition(constraints):
    """` where ...` of an extension; empty if it has none."""
    operators = {"conformance": ":", "superclass": ":", "sameType": "=="}
    clauses = {f"{rule['lhs']} {operators[rule['kind']]} {rule['rhs']}" for rule in constraints or []}
    return f" where {', '.join(sorted(clauses))}" if clauses else ""


def is_witness(link, member, owner):
    """Whether a type's member satisfies a requirement. A type alias that does is listed: it says which type it is."""
    return "sourceOrigin" in link and kind(member) != "swift.typealias" and not (owner and kind(owner) == "swift.protocol")


class Listing:
    """The public API that some graphs have, as text."""

    def __init__(self, graphs):
        graphs = list(graphs)
        links = [link for graph in graphs for link in graph["relationships"] if link["kind"] in LINKS]
        self.symbols = {symbol["identifier"]["precise"]: symbol for graph in graphs for symbol in graph["symbols"]}
        self.names = {identifier: path(symbol) for identifier, symbol in self.symbols.items()}
        ends = {link[end] for link in links for end in ("source", "target")}
        self.names |= symbol_graphs.type_names(ends - self.names.keys())
        self.implied = {protocol: set(others) for protocol, others in IMPLIED.items()}
        # What a declaration or extension has, by (type, is it an extension, its condition).
        self.protocols = collections.defaultdict(set)
        self.members = collections.defaultdict(list)
        for link in links:
            self.add(link)

    def add(self, link):
        source, target = self.symbols.get(link["source"]), self.symbols.get(link["target"])
        if link["kind"] == "conformsTo":
            protocol = self.names[link["target"]]
            if source and kind(source) == "swift.protocol":
                self.implied.setdefault(path(source), set()).add(protocol)
            else:
                where = condition(link.get("swiftConstraints"))
                self.protocols[self.names[link["source"]], not source or bool(where), where].add(protocol)
        elif kind(source) not in TYPES and not is_witness(link, source, target):
            owner = ".".join(source["pathComponents"][:-1])
            where = condition(source.get("swiftExtension", {}).get("constraints"))
            is_default = link["kind"] == "defaultImplementationOf"
            is_added = link["kind"] == "memberOf" and (not target or kind(target) == "swift.protocol")
            members = self.members[owner, is_default or is_added or bool(where), where]
            if source not in members:  # one implementation may be the default of several requirements
                members.append(source)

    def text(self):
        members = {symbol["identifier"]["precise"] for members in self.members.values() for symbol in members}
        blocks = []  # (type, is it an extension, condition, first line, lines below it)
        for identifier, symbol in self.symbols.items():
            key = path(symbol), False, ""
            if kind(symbol) in TYPES:
                line = declaration(symbol, path(symbol))
                if kind(symbol) != "swift.protocol":  # whose declaration has them already
                    head, where, constraints = line.partition(" where ")
                    line = head + self.conformances(key) + where + constraints
                blocks.append((*key, line, self.lines(key)))
            elif len(symbol["pathComponents"]) == 1 and identifier not in members:  # a function, a type alias, a macro
                blocks.append((*key, declaration(symbol), []))
        for key in self.protocols.keys() | self.members.keys():
            name, is_extension, where = key
            if is_extension:
                blocks.append((*key, f"extension {name}{self.conformances(key)}{where}", self.lines(key)))
        return "\n\n".join("\n".join([line, *lines]) for *_, line, lines in sorted(blocks)) + "\n"

    def conformances(self, key):
        """` : A, B`, without the protocols that another one of them brings; empty if there are none."""
        omitted, waiting = set(UNIVERSAL), list(self.protocols[key])
        while waiting:
            implied = self.implied.get(waiting.pop(), set()) - omitted
            omitted |= implied
            waiting += implied
        listed = sorted(self.protocols[key] - omitted)
        return f" : {', '.join(listed)}" if listed else ""

    def lines(self, key):
        """The members of a declaration or extension."""
        members = sorted((MEMBERS.index(kind(symbol)), path(symbol), declaration(symbol)) for symbol in self.members[key])
        return [f"    {line}" for _, _, line in members]


def declaration(symbol, name=None):
    """As the compiler prints it, on one line; with another name if one is given."""
    fragments = [(fragment["kind"], fragment["spelling"]) for fragment in symbol["declarationFragments"]]
    if name:
        first = next(index for index, (role, _) in enumerate(fragments) if role == "identifier")
        fragments[first] = ("identifier", name)
    is_deprecated = any(entry.get("isUnconditionallyDeprecated") for entry in symbol.get("availability", []))
    return ("@available(*, deprecated) " if is_deprecated else "") + " ".join("".join(s for _, s in fragments).split())


def listing(product, folder):
    others = [name for name in symbol_graphs.reexports(product) if name not in symbol_graphs.modules(product)]
    head = [f"# The public API of `import {product}`, made by scripts/public_api.py --update."]
    head += [f"# It re-exports the module {name}, which is not listed." for name in others]
    return "\n".join(head) + "\n\n" + Listing(symbol_graphs.load(symbol_graphs.modules(product), folder)).text()


def main():
    os.chdir(symbol_graphs.ROOT)
    arguments = sys.argv[1:]
    if arguments not in ([], ["--update"]):
        print(__doc__)
        return 0 if arguments[0] in ("-h", "--help") else 1
    differs = False
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        symbol_graphs.extract([module for product in PRODUCTS for module in symbol_graphs.modules(product)], folder)
        for product in PRODUCTS:
            record = RECORD.relative_to(symbol_graphs.ROOT) / f"{product}.txt"
            text = listing(product, folder)
            if arguments:
                record.write_text(text)
            else:
                command = ["diff", "--new-file", "--unified", "--show-function-line=^[^ #]", record, "-"]
                differs |= subprocess.run(command, input=text, text=True, check=False).returncode != 0
    if differs:
        print("error: the public API is not as recorded (-); to accept it: scripts/public_api.py --update", file=sys.stderr)
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
