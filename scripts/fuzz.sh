#!/usr/bin/env bash
# Feeds every decoder with rubbish: each target of Fuzzing/ runs FUZZ_SECONDS (default 30) under
# libFuzzer and the address sanitizer. FUZZ_TARGETS chooses some of them.
#
# The last line says what was done and found. Exit code 0: nothing found. 1: something was found;
# its input stands in Fuzzing/FailCases/<target>/, is tried first by every later run, and becomes
# a named test. 2: it could not be run.
set -euo pipefail
cd "$(dirname "$0")/../Fuzzing"

seconds=${FUZZ_SECONDS:-30}
everything="native-json documents fields topics batch snapshot words shapes can dbc isotp"
everything+=" protobuf-tesla fleetwise snappy sparkplug sessions packed"
targets=${FUZZ_TARGETS:-$everything}
work=.build/fuzz
# An input takes far less than a millisecond; one that takes this long will not end.
unit_seconds=20
# A crash under the fuzzer hangs in Swift's own backtracer; libFuzzer prints one anyway.
export SWIFT_BACKTRACE=enable=no
# Leaks are not looked for: pointers with Swift's tag bits in them look like lost ones. Memory that
# grows from input to input meets the limit below instead.
export ASAN_OPTIONS=detect_leaks=0

echo "== building the fuzz targets"
# Optimised as it is shipped, preconditions included. Gold, the usual linker, stumbles over the
# sanitizers, hence lld.
if ! swift build -c release -Xswiftc -sanitize=fuzzer,address -Xswiftc -use-ld=lld; then
    echo "fuzz: the targets cannot be built"
    exit 2
fi
programs=$(swift build -c release --show-bin-path)

# Recordings beside the project are further seeds, where they are present. A document's first
# character says which topic it belongs to.
samples() {
    local place=0 name file folder=../../shared/data/skoda-garage
    [ "$1" = documents ] && [ -d "$folder" ] || return 0
    for name in maintenance health charging driving_range; do
        for file in "$folder"/*/"$name".json; do
            [ -f "$file" ] || continue
            { printf '%d' "$place"; cat "$file"; } \
                >"$work/$1/samples/$(basename "$(dirname "$file")")-$name"
        done
        place=$((place + 1))
    done
}

done_words=()
found=()
for target in $targets; do
    fails=FailCases/$target
    mkdir -p "$work/$target/corpus" "$work/$target/samples" "$fails"
    samples "$target"
    before=$(find "$fails" -type f | sort)
    echo "== $target, $seconds s"
    log=$work/$target/log
    status=0
    # Inputs that led to a finding once are tried before anything else.
    for file in $before; do
        if ! "$programs/$target" -timeout="$unit_seconds" "$file" >"$log" 2>&1; then
            status=1
            found+=("Fuzzing/$file (again)")
            tail -n 40 "$log"
        fi
    done
    if [ "$status" -eq 0 ]; then
        "$programs/$target" "$work/$target/corpus" "Seeds/$target" "$work/$target/samples" \
            -max_total_time="$seconds" -max_len=4096 -rss_limit_mb=2048 \
            -timeout="$unit_seconds" -report_slow_units="$unit_seconds" \
            -dict=words.dict -artifact_prefix="$fails/" -print_final_stats=1 \
            >"$log" 2>&1 || status=$?
        count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        done_words+=("$target ${count:-0}")
        if [ "$status" -ne 0 ]; then
            grep -v -e '^#' -e '^INFO' "$log" | head -n 40
            new=$(comm -13 <(echo "$before") <(find "$fails" -type f | sort) | sed '/^$/d')
            [ -n "$new" ] || { echo "fuzz: $target ended with $status; see Fuzzing/$log"; exit 2; }
            if [[ "$new" == */timeout-* ]] &&
                "$programs/$target" -timeout="$unit_seconds" "$new" >/dev/null 2>&1; then
                echo "$target: the machine stood still, not the target; ended early"
                rm "$new"
            else
                found+=("Fuzzing/${new//$'\n'/ Fuzzing/}")
            fi
        fi
    fi
    rmdir --ignore-fail-on-non-empty "$fails"
done
rmdir --ignore-fail-on-non-empty FailCases

# Joins its arguments with commas.
joined() { local line; line=$(printf '%s, ' "$@"); echo "${line%, }"; }

done_line="fuzz: $seconds s a target, executions: $(joined "${done_words[@]:-none}")"
if [ "${#found[@]}" -gt 0 ]; then
    echo "$done_line; found: $(joined "${found[@]}")"
    exit 1
fi
echo "$done_line; nothing found"
