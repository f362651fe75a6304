#!/usr/bin/env bash
# One step of the action. `sync` runs as from cron. `plan` comments, never writes, and exits with 0 also where changes are pending or held.
set -euo pipefail
if [ "$COMMAND" = sync ]; then exec node "$PROGRAM" sync --quiet --config "$CONFIG"; fi
[ "$COMMAND" = plan ] || { echo "command must be plan or sync, and is $COMMAND" >&2; exit 64; }
# A branch of another repository could send the credentials of this one anywhere.
if [ "$GITHUB_EVENT_NAME" != pull_request ] || [ "$HEAD_REPOSITORY" != "$GITHUB_REPOSITORY" ]; then
  echo 'plans are made for pull requests of branches of this repository only' >&2
  exit 64
fi
# So does what the base branch's config names, a description of a connector above all, and `.env` beside it. Lists (CSV) do not.
base="$(git show "$BASE:$CONFIG")"
while IFS= read -r -d '' file; do
  case "$file" in "$CONFIG" | *.csv) continue ;; esac
  name="$(basename "$file")"
  if [ "$name" = .env ] || [[ "$base" == *"$name"* ]]; then
    echo "this pull request changes $file, which may decide where calls go: a person has to look at it and plan by hand" >&2
    exit 64
  fi
done < <(git diff -z --name-only --no-renames "$BASE" HEAD)
checked="$(dirname "$CONFIG")/.groupbridge-checked.yaml"
trap 'rm -f "$checked"' EXIT
# Where calls go and which code is loaded comes from the base branch; the pull request may change only what syncs do.
git show "$BASE:$CONFIG" | node "$GITHUB_ACTION_PATH/config.mjs" "$CONFIG" > "$checked"
status=0
report=$(node "$PROGRAM" plan --format markdown --config "$checked") || status=$?
printf '%s' "$report" | node "$GITHUB_ACTION_PATH/comment.mjs"
case $status in 0 | 2 | 3) exit 0 ;; *) exit "$status" ;; esac
