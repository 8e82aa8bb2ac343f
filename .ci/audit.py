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
    passed, lines = verdict(asked.stdout, asked.stderr)
    print("\n".join(f"audit: {line}" for line in lines))
    return 0 if passed else 1


def verdict(answer: str, complaint: str) -> tuple[bool, list[str]]:
    """Whether the pins may pass, and what to say, from what pip-audit wrote to its two outputs."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        if any(sign in complaint for sign in UNREACHED):
            return True, ["the advisory service does not answer; nothing is known either way"]
        return False, ["pip-audit failed", complaint]
    unknown = [package for package in packages if "skip_reason" in package]
    vulnerable = [package for package in packages if package.get("vulns")]
    lines = [
        f"{package['name']} {package['version']}: {found['id']}, mended in "
        + (", ".join(found["fix_versions"]) or "no version yet")
        for package in vulnerable
        for found in package["vulns"]
    ]
    lines.append(
        f"{len(packages)} packages, {len(vulnerable)} vulnerable, {len(unknown)} unknown to the advisory service"
    )
    return not vulnerable, lines


if __name__ == "__main__":
    sys.exit(main())
