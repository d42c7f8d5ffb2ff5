#!/bin/sh
# Installs the two Airflows that test/real/airflow.test.ts compares with, into CACHE_DIR/airflow2 and
# CACHE_DIR/airflow3, and prints the two variables that the test wants. What is there already is kept.
set -eu
cache=${1:?usage: install-airflow.sh CACHE_DIR}
python=${PYTHON:-python3}

install() { # NAME REQUIREMENT
  if ! "$cache/$1/bin/python" -c 'import airflow, airflow.providers.cncf.kubernetes' >"$cache/$1.log" 2>&1; then
    "$python" -m venv --clear "$cache/$1"
    "$cache/$1/bin/python" -m pip install --quiet --disable-pip-version-check \
      "$2" apache-airflow-providers-cncf-kubernetes >"$cache/$1.log" 2>&1 || {
      echo "cannot install $2: see $cache/$1.log" >&2
      exit 3
    }
  fi
}

mkdir -p "$cache"
install airflow2 'apache-airflow==2.11.*'
install airflow3 'apache-airflow-core>=3,<4'
echo "export JACKFIELD_AIRFLOW2=$cache/airflow2/bin/python"
echo "export JACKFIELD_AIRFLOW3=$cache/airflow3/bin/python"
