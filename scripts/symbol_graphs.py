"""The symbol graphs of this package's libraries, made from the modules of a debug build. For documentation.py and
public_api.py; Tests/documents.py finds the compiler and the modules by it too.

A symbol graph has the declarations of one module. `import Brigade` brings several, so each product has a list of modules.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILT = ROOT / ".build/debug"
SOURCES = ROOT / "Sources/Worker"
REEXPORT = re.compile(r"^@_exported public import (\w+)$", re.M)


def folder(module):
    """Where the module's sources are."""
    return SOURCES / {"BrigadeTesting": "Testing"}.get(module, module)


def reexports(product):
    """The modules that `import PRODUCT` also brings, of this package and of others."""
    return sorted({name for file in folder(product).rglob("*.swift") for name in REEXPORT.findall(file.read_text())})


def modules(product):
    """The modules of this package that `import PRODUCT` brings."""
    return [name for name in reexports(product) if folder(name).exists()] + [product]


def tool(name):
    """One of the tools beside the compiler, which may be all that is on the PATH."""
    swiftc = shutil.which("swiftc")
    return pathlib.Path(swiftc).resolve().parent / name if swiftc else sys.exit("'swiftc' is not on the PATH")


def search_flags():
    """Where the compiler finds the built modules, and the C modules that they need."""
    maps = sorted(BUILT.glob("*.build/module.modulemap"))
    maps += sorted((ROOT / ".build/checkouts").glob("*/Sources/*/include/module.modulemap"))
    return ["-I", BUILT / "Modules", *(flag for file in maps for flag in ("-Xcc", f"-fmodule-map-file={file}"))]


def extract(names, output):
    """Builds the libraries, and writes the symbol graphs of these modules into a folder: MODULE has what it declares, and
    MODULE@OTHER what it adds to the types of another module."""
    for name in ("Brigade", "BrigadeTesting"):
        if subprocess.run(["swift", "build", "--target", name], cwd=ROOT, stdout=sys.stderr, check=False).returncode != 0:
            sys.exit(f"the build of {name} failed (above)")
    info = json.loads(subprocess.run([tool("swiftc"), "-print-target-info"], check=True, capture_output=True).stdout)
    if "BrigadeMacros" in names:  # built without the package's trait Macros, the module is empty
        subprocess.run(
            [tool("swiftc"), "-swift-version", "6", "-module-name", "BrigadeMacros", "-D", "Macros", "-suppress-warnings",
             "-emit-module", "-emit-module-path", output / "BrigadeMacros.swiftmodule", *search_flags(),
             *sorted(folder("BrigadeMacros").rglob("*.swift"))],
            check=True)  # fmt: skip
    for name in names:
        subprocess.run(
            [tool("swift-symbolgraph-extract"), "-module-name", name, "-target", info["target"]["triple"],
             "-I", output, *search_flags(), "-minimum-access-level", "public", "-skip-synthesized-members",
             "-output-dir", output],
            check=True)  # fmt: skip


def load(names, output, extended=None):
    """The graphs that `extract` wrote. `extended` are the modules whose extensions are loaded too; None is all of them."""
    for name in names:
        for file in [output / f"{name}.symbols.json", *sorted(output.glob(f"{name}@*.symbols.json"))]:
            other = file.name.removesuffix(".symbols.json").partition("@")[2]
            if not other or extended is None or other in extended:
                yield json.loads(file.read_text())


def kind(symbol):
    """`swift.struct`, `swift.method`, ..."""
    return symbol["kind"]["identifier"]


def path(symbol):
    """The full name: `HTTPBasic.Credentials`."""
    return ".".join(symbol["pathComponents"])


def type_names(identifiers):
    """The names of types that are not symbols of a graph because another module declares them, by their identifiers."""
    identifiers = sorted(identifiers)
    mangled = ["$s" + identifier.removeprefix("s:") for identifier in identifiers]
    command = [tool("swift-demangle"), "-compact", "-simplified", *mangled]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n") if identifiers else []
    return dict(zip(identifiers, names))
