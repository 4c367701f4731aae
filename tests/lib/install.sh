# What the tests need from Debian, installed when missing. To be sourced.

# Prints the Debian package of every tool in "$@" (as package=tool; a tool with a slash is a file) that is not there.
missing_packages() {
  local pair package tool
  for pair in "$@"; do
    package=${pair%%=*} tool=${pair#*=}
    case $tool in
      */*) [ -e "$tool" ] || echo "$package" ;;
      *) PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || echo "$package" ;;
    esac
  done | sort -u
}

# Installs what is missing; as somebody else than root it can only say what that is.
install_missing() {
  local packages
  packages=$(missing_packages "$@")
  [ -n "$packages" ] || return 0
  echo "installing: ${packages//$'\n'/ }"
  if [ "$(id -u)" != 0 ]; then
    echo "not root: apt-get install ${packages//$'\n'/ }" >&2
    return 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  # postfix and postgresql start daemons and ask questions where nothing forbids it.
  local policy=/usr/sbin/policy-rc.d had_policy=no status=0
  [ -e $policy ] && had_policy=yes || { printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy; }
  # shellcheck disable=SC2086
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages; } >/dev/null || status=$?
  [ $had_policy = yes ] || rm -f $policy
  return $status
}
