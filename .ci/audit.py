"""Asks for known vulnerabilities of every pinned package, and fails on one.

What cannot be asked (the service does not answer, or does not know a package) is told and is no failure: it says
nothing about the code.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PINS = ("requirements.txt", "requirements-build.txt", "requirements-dev.txt", "requirements-uv.txt")
# Signs that the service was not reached, as pip-audit and its HTTP library put it.
UNREACHED = ("ConnectionError", "ProxyError", "ConnectTimeout", "ReadTimeout", "ServiceError", "SSLError", "HTTPError")


def main() -> int:
    files = [argument for name in PINS for argument in ("-r", name)]
    asked = subprocess.run(
        [
            Path(sys.executable).with_name("pip-audit"),
            "--require-hashes",
            "--disable-pip",
            "--progress-spinner=off",
            "--format=json",
            "--timeout=10",
            *files,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError):
        if any(sign in asked.stderr for sign in UNREACHED):
            print("audit: the advisory service does not answer; nothing is known either way")
            return 0
        print(asked.stderr, file=sys.stderr)
        return 1
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    found = [package for package in packages if package.get("vulns")]
    for package in found:
        for vulnerability in package["vulns"]:
            fixed = ", ".join(vulnerability["fix_versions"]) or "no version yet"
            print(f"audit: {package['name']} {package['version']}: {vulnerability['id']}, mended in {fixed}")
    print(f"audit: {len(packages)} packages, {len(found)} vulnerable, {len(unknown)} not known to the advisory service")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
