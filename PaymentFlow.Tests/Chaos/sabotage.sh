#!/usr/bin/env bash
# Shows that the chaos suite can fail: takes each safeguard out in turn (Sabotage/*.diff, applied to a clone in a temporary
# folder), makes the faults that it is there for, and tells what was violated. "held" means that no books differed: another
# safeguard does the same, see docs/reliability.md. Names of diffs as arguments choose among them.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
clone=$(mktemp -d)
trap 'rm -rf "$clone"' EXIT
git clone --quiet "$here/../.." "$clone"
cd "$clone"
export MSBUILDDISABLENODEREUSE=1 UseAspire=false

declare -A faults=(
    [outbox]="kill one service,kill several services,cut Kafka,wipe the broker"
    [one-payment-intent]="Stripe fails,kill one service,cut Stripe"
    [row-lock]="Stripe fails,kill one service,cut Stripe"
    [version-check]="wipe the broker,cut Kafka,kill one service,kill several services"
    [end-to-end-check]="wipe the broker"
    [stored-attempt-key]="Stripe fails,kill one service,cut Stripe"
    [screen-sweep]="wipe the broker,cut Kafka"
    [offsets-after-commit]="kill one service,kill several services,kill Postgres,cut Postgres"
)

run() { # name, faults
    dotnet build PaymentFlow.Benchmarks -c Release --nologo -v q >build.log || { cat build.log; exit 1; }
    if dotnet run --no-build -c Release --project PaymentFlow.Benchmarks -- \
        chaos --seed 7 --minutes 0.75 --rate 5 --patience 130 --faults "$2" >run.log; then
        printf '%-22s held\n' "$1"
    else
        printf '%-22s %s violations, of these kinds:\n' "$1" "$(grep -c '^VIOLATION' run.log)"
        grep '^VIOLATION' run.log | sed -E 's/^VIOLATION +//; s/[0-9a-f]{8}-[0-9a-f-]{27}/…/g; s/[0-9]+/N/g' | sort | uniq -c | sort -rn | head -5
    fi
}

if [ $# -eq 0 ]; then
    run "(all in place)" "${faults[outbox]},Stripe fails,kill Postgres,cut Postgres,cut Stripe"
    set -- "${!faults[@]}"
fi
for name in "$@"; do
    git apply "PaymentFlow.Tests/Chaos/Sabotage/$name.diff"
    run "$name" "${faults[$name]}"
    git checkout --quiet .
done
