#!/usr/bin/env bash
# Lets the running brigade.service take over the files that are installed now, without losing a request, and waits for
# the result. If it fails, the service goes on as before, and the reason is printed.
#   upgrade.sh BRIGADE     BRIGADE is the installed executable
# A new `brigade` replaces the master in the same process (USR2); otherwise the workers are replaced (`systemctl reload`).
set -euo pipefail
brigade=${1:?usage: upgrade.sh BRIGADE}
service=brigade.service

property() { systemctl show -P "$1" "$service"; }
is_upgraded() { [ "/proc/$(property MainPID)/exe" -ef "$brigade" ]; }

if is_upgraded; then exec systemctl reload "$service"; fi

# The status names how the last reload or upgrade ended: "...; last reload complete in 0.09 s: generation 3 serves".
before=$(property StatusText)
systemctl kill -s USR2 --kill-who=main "$service"
# The check of the new executable may take the boot timeout, 60 s; then come its prestart and its workers.
limit=70
while [ $SECONDS -lt $limit ]; do
    sleep 0.2
    if is_upgraded; then limit=900; fi
    status=$(property StatusText)
    if [ "$status" = "$before" ]; then continue; fi
    case $status in
    *"; last reload complete"*) if is_upgraded; then exit 0; fi ;;
    *"; last "*" failed"*) break ;;
    esac
done
echo "brigade.service has not been upgraded and goes on as before: ${status#*; last }" >&2
exit 1
