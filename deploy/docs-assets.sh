#!/usr/bin/env bash
# Downloads Swagger UI, ReDoc and their licences to a folder for DOCS_ASSETS: /docs and /redoc then need no internet.
#   deploy/docs-assets.sh FOLDER
# These are the files that the pages otherwise load from a CDN, from a package on PyPI. Needs python3 with pip.
set -euo pipefail
if [ $# -ne 1 ] || [ "$1" = --help ]; then
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2
    exit 1
fi
folder=$1
# Swagger UI 5.33.1 and ReDoc 2.5.4. To update, also change Sources/Worker/Endpoints/OpenAPI/DocumentationAssets.swift.
package=drf-spectacular-sidecar==2026.10.1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: -d "$work" "$package"
python3 - "$work" "$folder" <<'END'
import base64
import glob
import hashlib
import os
import sys
import zipfile

work, folder = sys.argv[1:]
inside = "drf_spectacular_sidecar/static/drf_spectacular_sidecar/"
# The path in the package, the name in the folder, and the SHA-384.
files = [
    ("swagger-ui-dist/swagger-ui-bundle.js", "swagger-ui-bundle.js",
     "ZPehFMQommnnuaZ4rpxgkgTT2DKFVp4hZC/7pLit+9Lek9T1YGSo23eHFbvNkXkw"),
    ("swagger-ui-dist/swagger-ui.css", "swagger-ui.css",
     "Ov4/wv3j2bmct8cDc5X4ngJZohVPzEmc6uDPH8WeljUxO5vtoykvMEfbu9Vh6RaW"),
    ("swagger-ui-dist/LICENSE", "swagger-ui.LICENSE.txt", None),
    ("redoc/bundles/redoc.standalone.js", "redoc.standalone.js",
     "w447zOpYfw/1Tv/5AK9NfHTlQIqE3RVR6KY62jCyy9zNDgO64cMwGGP1Fj0zJVf5"),
    ("redoc/bundles/redoc.standalone.js.LICENSE.txt", "redoc.standalone.js.LICENSE.txt", None),
    ("redoc/LICENSE", "redoc.LICENSE.txt", None),
]
# ReDoc would request a logo from the server of its makers. Without it, it shows none.
logo = b"https://cdn.redoc.ly/redoc/logo-mini.svg"

os.makedirs(folder, exist_ok=True)
with zipfile.ZipFile(glob.glob(work + "/*.whl")[0]) as package:
    for path, name, integrity in files:
        content = package.read(inside + path)
        found = base64.b64encode(hashlib.sha384(content).digest()).decode()
        if integrity not in (None, found):
            sys.exit(f"{path} has the wrong SHA-384: {found}")
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content.replace(logo, b"data:,"))
END
echo "$folder has Swagger UI and ReDoc; start the server with DOCS_ASSETS=$folder" >&2
