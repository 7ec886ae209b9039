#!/bin/sh
# Installs the Debian packages that are missing of those named. Root or sudo; says what it does.
missing=
for package in "$@"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
echo "installing:$missing"
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
{ $sudo apt-get update -q && $sudo apt-get install -q -y --no-install-recommends $missing; } >/tmp/journey-install.$$.log 2>&1 ||
  { cat /tmp/journey-install.$$.log; echo "could not install$missing; install them by hand and try again"; exit 1; }
rm -f /tmp/journey-install.$$.log
