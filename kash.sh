#!/usr/bin/env bash
# Everything one does with Kash, from a machine that has only python3 (3.11 to 3.13).
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"

readonly VENV=.venv
readonly PYTHON=$VENV/bin/python
readonly PACKAGES_TO_RUN=(
  libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-ebgaramond fonts-adobe-sourcesans3
  # Filters the system calls of what reads others' files.
  libseccomp2
  # For names in any script: all but Chinese, Japanese and Korean, then these, then signs.
  fonts-noto-core fonts-wqy-microhei fonts-symbola
)
readonly PACKAGES_TO_TEST=(
  chromium chromium-headless-shell postgresql valkey-server qpdf poppler-utils caddy systemd
)

# The C library otherwise keeps an arena of memory for every thread.
export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-2}
# Without kept bytecode every start would compile everything again.
unset PYTHONDONTWRITEBYTECODE

usage() {
  cat <<'TEXT'
./kash.sh run               install what is missing, bring the database up to date, serve
./kash.sh install           only install what `run` needs, for a service that may write nothing here
./kash.sh demo              load the sample programme into an empty data directory
./kash.sh test [ARGS]       run the tests (arguments go to pytest)
./kash.sh test --fast       a minute of those near what was changed, nearest first
./kash.sh test --profile long   try 300 examples of each property in place of 25, and longer lists, storms and searches
./kash.sh check             style, types, structure, migrations and locked requirements
./kash.sh bench NAME [ARGS] run benchmarks/NAME.py
./kash.sh shots DIR         draw every page of the sample programme, and every PDF, as PNG
./kash.sh house [--json]    count what the code is made of
./kash.sh words [ARGS]      print the pages with the most words, long sentences, and words to avoid
./kash.sh stored write      write the lists of all that is stored by name anew
./kash.sh compare ACTION    write FILE: a fingerprint of what users see; diff A B: what changed of it
./kash.sh mutations [ARGS]  plant small faults one at a time: which do the tests find?
./kash.sh backup FILE       write an encrypted backup
./kash.sh restore FILE      put a backup back, into an empty data directory
./kash.sh archive FILE      write the whole programme as open files, encrypted as one
./kash.sh bring-in FILE     bring an archive in, into an empty data directory, on either engine
./kash.sh flask ARGS        any command of the application
./kash.sh lock              lock the requirements anew
./kash.sh version           print the version and its commit
The settings are variables: KASH_PORT, KASH_DATA_DIR, KASH_DATABASE_URL, …
TEXT
}

stop() {
  printf '%s\n' "$*" >&2
  exit 1
}

# The first python3 of a version that the requirements are locked for. The system's own goes before
# what a shell finds: it is mended with the system, and a fifth quicker than one that somebody
# compiled without profiles.
find_python() {
  local candidate
  for candidate in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  stop 'Python 3.11, 3.12 or 3.13 is needed, as python3.'
}

install_packages() {
  command -v dpkg-query >/dev/null || return 0
  local missing=() package
  local installed
  installed=$(dpkg-query --show --showformat '${Package} ${db:Status-Abbrev}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -q "^$package ii" <<<"$installed" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  local as_root=()
  if ((EUID != 0)); then
    sudo -n true 2>/dev/null || stop "These packages are missing: ${missing[*]}
Install them as root: apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo -n)
  fi
  echo "Installing ${missing[*]}" >&2
  # The run level keeps a machine without systemd from starting the servers that tests start for
  # themselves.
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq -o Dpkg::Use-Pty=0)
  local log
  log=$(mktemp)
  if ! { "${apt[@]}" update && "${apt[@]}" install --yes --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    stop 'The packages could not be installed.'
  fi
  rm -f "$log"
}

# A requirements file is installed once for each of its versions and each Python.
install_requirements() {
  local file=$1 stamp=$VENV/.installed-${1%.txt} wanted
  if [[ ! -x $PYTHON ]]; then
    local python
    python=$(find_python)
    "$python" -m venv "$VENV"
  fi
  wanted=$(sha256sum <"$file")$(readlink -f "$PYTHON")
  [[ -f $stamp && $(<"$stamp") == "$wanted" ]] && return
  echo "Installing $file" >&2
  "$PYTHON" -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes --requirement "$file"
  printf '%s' "$wanted" >"$stamp"
}

compile_translations() {
  local catalogue
  for catalogue in translations/*/LC_MESSAGES/*.po; do
    [[ -f $catalogue && ! ${catalogue%.po}.mo -nt $catalogue ]] || continue
    "$VENV/bin/pybabel" --quiet compile --input-file "$catalogue" --output-file "${catalogue%.po}.mo"
  done
}

install_to_run() {
  local packages=("${PACKAGES_TO_RUN[@]}") python
  if [[ ! -x $PYTHON ]]; then
    python=$(find_python)
    "$python" -c 'import ensurepip' 2>/dev/null || packages+=("$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')")
  fi
  install_packages "${packages[@]}"
  install_requirements requirements.txt
  compile_translations
}

install_to_test() {
  install_packages "${PACKAGES_TO_RUN[@]}" "${PACKAGES_TO_TEST[@]}"
  install_to_run
  install_requirements requirements-dev.txt
}

flask() {
  "$PYTHON" -m flask --app app "$@"
}

run() {
  install_to_run
  exec "$PYTHON" -m gunicorn --config gunicorn.conf.py "$@"
}

# What a server without the right to write here could not keep: everything, and the bytecode too.
install_all() {
  # Others read it, whatever root's own files are like.
  umask 022
  install_to_run
  "$PYTHON" -m compileall -q app.py kash migrations "$VENV/lib" >/dev/null || true
  echo 'Everything that serving needs is installed.'
}

# Thousands of programmes are made and taken away: in memory, where there is plenty of it.
work_in_memory() {
  local free=0
  [[ -w /dev/shm ]] && free=$(df --output=avail -k /dev/shm | tail -1)
  ((free > 6000000)) || return 0
  TMPDIR=$(mktemp -d /dev/shm/kash-tests.XXXXXX)
  # The servers that tests start as somebody else pass through it.
  chmod 711 "$TMPDIR"
  export TMPDIR
  # A server that is ending may write once more.
  # shellcheck disable=SC2064 # the folder of now
  trap "rm -rf '$TMPDIR' 2>/dev/null || { sleep 2; rm -rf '$TMPDIR'; }" EXIT
}

run_tests() {
  local fast='' arguments=() near=()
  while (($#)); do
    case $1 in
      --fast) fast=yes ;;
      --profile)
        export HYPOTHESIS_PROFILE=${2:?Which profile: suite or long}
        shift
        ;;
      *) arguments+=("$1") ;;
    esac
    shift
  done
  install_to_test
  work_in_memory
  # A confined child writes nothing, and so would compile what it alone loads each time.
  "$PYTHON" -m compileall -q kash
  if [[ -n $fast ]]; then
    mapfile -t near < <("$PYTHON" -m tools.nearby)
    ((${#near[@]})) || stop 'No test is near what was changed.'
    "$PYTHON" -m pytest -q -p no:xdist --within 40 "${near[@]}" "${arguments[@]}"
    echo 'The tests near what was changed passed; ./kash.sh test runs all.'
    return
  fi
  "$PYTHON" -m pytest -n 4 --dist loadgroup "${arguments[@]}"
  echo 'The tests passed.'
}

# Prints what is checked, and what it found only when something is wrong.
check_one() {
  local what=$1 found
  shift
  if found=$("$@" 2>&1); then
    echo "$what: in order"
  else
    printf '%s\n' "$found" "$what: NOT in order"
    wrong=1
  fi
}

check_migrations() {
  local folder
  folder=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder of now
  trap "rm -rf '$folder'" RETURN
  KASH_DATA_DIR=$folder KASH_DATABASE_URL='' flask db upgrade &&
    KASH_DATA_DIR=$folder KASH_DATABASE_URL='' flask db check
}

lock_one() {
  local name=$1 lock=$2
  "$VENV/bin/uv" --quiet pip compile --universal --python-version 3.11 --generate-hashes \
    --custom-compile-command './kash.sh lock' "$name.in" --output-file "$lock" >/dev/null
}

check_lock() {
  local folder name
  folder=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$folder'" RETURN
  for name in requirements requirements-dev; do
    cp "$name.txt" "$folder/$name.txt"
    lock_one "$name" "$folder/$name.txt" && diff "$name.txt" "$folder/$name.txt" || return 1
  done
}

check() {
  install_to_test
  local wrong=0 bin=$VENV/bin
  check_one 'Style' "$bin/ruff" check .
  check_one 'Layout' "$bin/ruff" format --check .
  check_one 'Types' "$bin/mypy" --strict -p kash -p tools
  check_one 'Structure' "$bin/lint-imports"
  check_one 'Stored names' "$PYTHON" -m tools.stored check
  check_one 'Templates' "$bin/djlint" --lint --quiet templates
  check_one 'Migrations' check_migrations
  check_one 'Locked requirements' check_lock
  ((wrong == 0)) || stop 'Something is not in order.'
  echo 'Everything is in order.'
}

lock() {
  install_to_test
  lock_one requirements requirements.txt
  lock_one requirements-dev requirements-dev.txt
}

bench() {
  local name=${1:-}
  if [[ ! $name =~ ^[a-z_]+$ ]] || ! grep -qs __main__ "benchmarks/$name.py"; then
    stop "Which of: $(grep -l __main__ benchmarks/*.py | sed 's:.*/::; s:\.py::' | tr '\n' ' ')"
  fi
  shift
  # A bench asks PostgreSQL, Caddy and a browser too.
  install_to_test
  exec "$PYTHON" -m "benchmarks.$name" "$@"
}

version() {
  local number commit
  number=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
  commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
  echo "Kash $number, commit $commit"
}

command=${1:-}
(($# == 0)) || shift
case $command in
  run) run "$@" ;;
  install) install_all ;;
  test) run_tests "$@" ;;
  check) check ;;
  bench) bench "$@" ;;
  lock) lock ;;
  demo)
    install_to_run
    "$PYTHON" -m kash.platform.operations migrate
    flask demo "$@"
    ;;
  shots)
    [[ -n ${1:-} ]] || stop 'Where to? ./kash.sh shots DIR'
    install_to_test
    exec "$PYTHON" -m tools.pictures "$@"
    ;;
  house)
    install_to_run
    exec "$PYTHON" -m tools.house "$@"
    ;;
  words)
    install_to_test
    exec "$PYTHON" -m tools.words "$@"
    ;;
  compare)
    install_to_test
    exec "$PYTHON" -m tools.compare "$@"
    ;;
  stored)
    install_to_test
    exec "$PYTHON" -m tools.stored "$@"
    ;;
  mutations)
    install_to_test
    exec "$PYTHON" -m tools.mutations "$@"
    ;;
  backup | restore)
    [[ -n ${1:-} ]] || stop "Which file? ./kash.sh $command FILE"
    install_to_run
    exec "$PYTHON" -m kash.platform.operations "$command" "$@"
    ;;
  archive)
    [[ -n ${1:-} ]] || stop 'Which file? ./kash.sh archive FILE'
    install_to_run
    flask archive write "$@"
    ;;
  bring-in)
    [[ -n ${1:-} ]] || stop 'Which file? ./kash.sh bring-in FILE'
    install_to_run
    exec "$PYTHON" -m kash.exchange.archive "$@"
    ;;
  flask)
    install_to_run
    flask "$@"
    ;;
  version) version ;;
  help | -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
