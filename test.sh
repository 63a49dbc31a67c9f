#!/usr/bin/env bash
# Builds everything and runs every test. Installs what the tests need where it may (Debian, as root); says so where not.
# Arguments go to xunit's runner, for example: ./test.sh -namespace 'PaymentFlow.Tests.Unit*'
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# The tests need no container runtime.
export UseContainers=false
# The tests start services by the hundred, and none lives long enough to earn what the JIT's second tier costs: it comes after 1,024
# calls of a method (0x400) instead of 30. Of the CPU of a suite of 120 tests that was a quarter.
export DOTNET_TC_CallCountThreshold=400

has_postgres() { command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || compgen -G '/opt/homebrew/opt/postgresql*/bin/postgres' >/dev/null; }
has_chromium() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }

has_node() { command -v node >/dev/null && command -v npm >/dev/null; }

missing=()
has_postgres || missing+=(postgresql)
has_chromium || missing+=(chromium)
has_node || missing+=(nodejs npm)
if ((${#missing[@]})); then
  if [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null; then
    echo "Installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    echo "The tests need: ${missing[*]}. Install with" >&2
    echo "  Debian/Ubuntu  sudo apt-get install ${missing[*]}" >&2
    echo "  macOS          brew install postgresql@17 node; brew install --cask chromium" >&2
    exit 1
  fi
fi

dotnet build PaymentFlow.sln --nologo -v quiet
# Code style is part of the build; what is left is the whitespace, for which nothing needs to be compiled again.
dotnet format whitespace --folder --verify-no-changes
# Two at a time for every core: tests of services wait more than they compute.
exec dotnet run --no-build --project PaymentFlow.Tests -- -noColor -maxThreads 2.0x "$@"
