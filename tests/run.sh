#!/usr/bin/env bash
# Builds everything once and runs every test: the projects' own on SQLite and a private PostgreSQL, the web app's (types,
# lint, its own tests, and every page in Chromium), the walk through the started server, and a short chaos run on both
# databases. Installs from Debian what is missing (as root).
# The last line is `N passed, N failed, N skipped`; the exit code is 0 only when all passed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. tests/lib/install.sh
. tests/lib/totals.sh
. tests/lib/jobs.sh

work=$(mktemp -d "${TMPDIR:-/tmp}/nurture-tests.XXXXXX")
chmod 755 "$work"   # PostgreSQL does not run as root and must get at its folder

finish() {
  local status=$?
  trap - EXIT INT TERM
  stop_jobs
  [ -d "$work/postgres" ] && bash tests/postgres.sh stop "$work/postgres" >/dev/null
  [ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
  if [ "$failed" = 0 ]; then rm -rf "$work"; else echo "logs: $work"; fi
  echo "$passed passed, $failed failed, $skipped skipped"
  # Not a bare `exit`: in a trap it answers what was before the trap.
  if [ "$failed" = 0 ]; then exit 0; else exit 1; fi
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '\n== %s (%ds)\n' "$1" "$SECONDS"; }

say "what is needed"
if ! command -v dotnet >/dev/null; then
  echo "the .NET 10 SDK is not on the PATH" >&2
  exit 1
fi
install_missing postgresql-15=/usr/lib/postgresql/15/bin/postgres postfix=smtp-sink opendkim=opendkim opendkim-tools=opendkim-testmsg \
  python3=python3 python3-dkim=/usr/lib/python3/dist-packages/dkim/__init__.py libmail-dkim-perl=/usr/share/perl5/Mail/DKIM.pm \
  libjson-perl=/usr/share/perl5/JSON.pm strace=strace gcc=cc libc6-dev=/usr/include/stdio.h curl=curl nodejs=node npm=npm \
  chromium=chromium fonts-noto-cjk=/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc fonts-liberation=/usr/share/fonts/truetype/liberation || exit 1
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
  echo "Node.js 20.19 or later is needed to build the web app; this is $(node --version). Debian 13 has it; for others see https://nodejs.org." >&2
  exit 1
fi

say "build"
# No build server outlives the run: MSBuild's nodes end with it, and the compiler's, which has a name of its own, is ended after it.
# Programs of a minute gain nothing from code that is compiled again by what was seen of it.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 DOTNET_TieredPGO=0
dotnet build Nurture.sln -c Release -v q --nologo -p:SkipWebBuild=false -p:SharedCompilationId="nurture-tests-$$"
built=$?
pkill -f "pipename:nurture-tests-$$"
[ "$built" = 0 ] || exit 1
# Where what the tests start builds once more, it does so alone.
export UseSharedCompilation=false

say "postgres"
NURTURE_TEST_POSTGRES=$(bash tests/postgres.sh start "$work/postgres") || exit 1
export NURTURE_TEST_POSTGRES

test_project() { start_job count_run "$1" 900 dotnet test "tests/$1" --no-build -c Release --nologo; }

say "tests of the projects, two at a time"
# The server's take as long as all others together, so they begin; Chromium wants the machine to itself.
for project in Nurture.Server.Tests $(cd tests && ls -d -- *.Tests | grep -vxE 'Nurture\.(Server|Web)\.Tests'); do
  test_project "$project"
  wait_for_room 2
done
wait_for_room 1

say "the web app"
export NO_COLOR=1
start_job count_program web-lint 300 npm --prefix src/Nurture.Web run --silent lint
wait_for_room 1
start_job count_vitest web-tests 300 npm --prefix src/Nurture.Web run --silent test
wait_for_room 1
test_project Nurture.Web.Tests
wait_for_room 1

say "the walk through the started server, and chaos, the short form, on both databases"
# Each chaos against one undisturbed run; what does not depend on the database is done on one of them. The walk waits more than
# it works, so chaos is beside it.
chaos() { start_job count_program "chaos-$1" 900 dotnet run --no-build -c Release --project tests/Nurture.Chaos -- --quick --store "$@"; }
test_project Nurture.EndToEnd
chaos sqlite --kill --disk-full --clock
wait_for_room 1
chaos postgres --kill --kill-database --freeze --restart --poison
wait_for_room 1

say "totals"
