#!/bin/sh
# Installs what package-lock.json in the current directory names. Without npm or its registry the build goes on, and the
# test that needs the package fails: it shows npm.log.
set -u
if ! command -v npm >/dev/null; then
    echo "npm is missing (on Debian: apt-get install nodejs npm)" >npm.log
elif npm ci --ignore-scripts --prefer-offline --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 \
    --no-audit --no-fund --no-update-notifier --loglevel=error >npm.log 2>&1; then
    exit 0
fi
rm -rf node_modules
echo "oauth2-mock-server could not be installed, so that the tests against it will fail. npm.log says:"
cat npm.log
