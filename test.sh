#!/usr/bin/env bash
# Builds everything and runs every test. On Debian as root it installs missing programs; elsewhere it names the commands that install them.
# Arguments go to xunit's runner, for example: ./test.sh -namespace 'PaymentFlow.Tests.Unit*'
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# The tests need no container runtime.
export UseContainers=false

has_postgres() {
  command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null ||
    compgen -G '/opt/homebrew/opt/postgresql*/bin/postgres' >/dev/null
}
has_chromium() { command -v chromium-headless-shell chromium chromium-browser google-chrome >/dev/null; }
# The headless shell needs much less CPU. Debian has a package of it.
chromium_package() { if apt-cache show chromium-headless-shell >/dev/null 2>&1; then echo chromium-headless-shell; else echo chromium; fi; }
has_node() { command -v node >/dev/null && command -v npm >/dev/null; }
has_python() { command -v python3 >/dev/null; }

missing=()
has_postgres || missing+=(postgresql)
has_chromium || missing+=(chromium)
has_node || missing+=(nodejs npm)
has_python || missing+=(python3)
if ((${#missing[@]})); then
  if [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null; then
    echo "Installing ${missing[*]}"
    apt-get update -qq
    missing=("${missing[@]/#chromium/$(chromium_package)}")
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    echo "The tests need: ${missing[*]}. Install with" >&2
    echo "  Debian/Ubuntu  sudo apt-get install ${missing[*]}" >&2
    echo "  macOS          brew install postgresql@17 node python; brew install --cask chromium" >&2
    exit 1
  fi
fi

# The build checks the code style. The whitespace check needs no compilation, so it runs beside the build.
dotnet format whitespace --folder --verify-no-changes --exclude '**/obj/**' &
whitespace=$!
# One compiler process for all projects is warm for most of them. It is ended, or else it keeps its memory for ten minutes.
DOTNET_TieredPGO=0 dotnet build PaymentFlow.sln --nologo -v quiet -p:UseSharedCompilation=true
dotnet build-server shutdown --vbcscompiler >/dev/null
wait "$whitespace"
# The tests start many short-lived services, so the JIT compiles no method a second time. See docs/decisions/0007-runtime-settings.md.
export DOTNET_TC_CallCounting=0
# Two tests per core: they wait for services more than they compute. With three, some wait too long.
results=$(mktemp)
trap 'rm -f "$results"' EXIT
status=0
dotnet run --no-build --project PaymentFlow.Tests -- -noColor -maxThreads 2.0x -result-xml "$results" "$@" || status=$?

# Shows what takes long, before the suite grows again. Not with head, which closes the pipe early, so that sort fails and the run with it.
slowest() {
  sed "s/<$1 /\n&/g" "$results" | sed -nE "s/^<$1 [^>]*name=\"([^\"]*)\"[^>]* time=\"([0-9]+)[^\"]*\".*/\2 s  \1/p" |
    sed 's/ (id: .*//; s/Test collection for PaymentFlow\.Tests\.//; s/PaymentFlow\.Tests\.//; s/\\&quot;/"/g' | sort -rn | sed -n 1,10p
}
if [[ -s $results ]]; then
  echo "Slowest collections (several run at once):"
  slowest collection
  echo "Slowest tests:"
  slowest test
fi
exit "$status"
