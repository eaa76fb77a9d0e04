# shellcheck shell=bash
# built NAME: prints the path of something that tests/support/CMakeLists.txt builds.
#
# Looks in the build directory $XVLAN_BUILD, else in every build/* of this checkout.
built() {
  local directory repository
  repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  for directory in "${XVLAN_BUILD:-$repository/build/release}" "$repository"/build/*; do
    if [[ -f $directory/tests/support/$1 ]]; then
      echo "$directory/tests/support/$1"
      return
    fi
  done
  echo "no $1 is built: build xvlan first, or name its build directory in XVLAN_BUILD" >&2
  return 1
}
