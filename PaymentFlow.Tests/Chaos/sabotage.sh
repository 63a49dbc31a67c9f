#!/usr/bin/env bash
# Proves that the chaos suite can fail. The script removes each safeguard in turn (Sabotage/*.diff, applied to a clone in a
# temporary folder), makes the faults against which it protects, and prints the violations. "held" means that no violation was
# found. If another safeguard gives the same protection, the two are also removed together.
# Arguments: the names of the diffs to test. A + joins diffs that are applied together. Without arguments, all are tested.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
clone=$(mktemp -d)
trap 'rm -rf "$clone"' EXIT
git clone --quiet "$here/../.." "$clone"
cd "$clone"
export MSBUILDDISABLENODEREUSE=1 UseContainers=false

declare -A faults=(
    [outbox]="kill one service,kill several services,cut Kafka,wipe the broker"
    [one-payment-intent]="Stripe fails,kill one service,cut Stripe"
    [row-lock]="Stripe fails,kill one service,cut Stripe"
    [version-check]="pause a service,kill one service,kill several services,slow Postgres"
    [end-to-end-check]="wipe the broker"
    [stored-attempt-key]="refunds fail after the deed"
    [screen-sweep]="wipe the broker,pause a service"
    [webhook-sweep]="kill one service,kill several services,kill Postgres,cut Postgres"
    [offsets-after-commit]="kill one service,kill several services,kill Postgres,cut Postgres"
)
together=(row-lock+one-payment-intent offsets-after-commit+end-to-end-check)

run() { # name, faults
    # The analyzers are off, because the changed code may break style rules.
    dotnet build PaymentFlow.Benchmarks -c Release --nologo -v q -p:RunAnalyzers=false >build.log || { cat build.log; exit 1; }
    # The faults of one minute are a sample. Try up to three seeds until one shows a violation.
    local seed
    for seed in 7 8 9; do
        dotnet run --no-build -c Release --project PaymentFlow.Benchmarks -- \
            chaos --seed $seed --minutes 1 --rate 8 --patience 130 --faults "$2" >run.log && continue
        printf '%-40s seed %s: %s violations, of these kinds:\n' "$1" $seed "$(grep -c '^VIOLATION' run.log || true)"
        { grep -E '^(VIOLATION|SURPRISE|NOT AT REST)' run.log || tail -3 run.log; } |
            sed -E 's/^(VIOLATION|SURPRISE|NOT AT REST) +//; s/[0-9a-f]{8}-[0-9a-f-]{27}/…/g; s/[0-9]+/N/g' |
            sort | uniq -c | sort -rn | head -5 || true
        return
    done
    printf '%-40s held\n' "$1"
}

if [ $# -eq 0 ]; then
    run "(all in place)" "${faults[outbox]},Stripe fails,kill Postgres,cut Postgres,cut Stripe"
    set -- "${!faults[@]}" "${together[@]}"
fi
for names in "$@"; do
    made=""
    for name in ${names//+/ }; do
        git apply "PaymentFlow.Tests/Chaos/Sabotage/$name.diff"
        made+="${made:+,}${faults[$name]}"
    done
    run "$names" "$made"
    git checkout --quiet .
done
