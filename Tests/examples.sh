#!/usr/bin/env bash
# Examples/, as somebody else would write them: a package that depends on this one. They are built, started by
# `brigade serve --worker`, and asked. The first of them is also the program of the README. Then the package that
# `brigade new` writes, which is also that of docs/your-own-package.md.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$(mktemp -d)
master=
trap 'kill -KILL $master 2>/dev/null || true; rm -rf "$folder"' EXIT
fail() { echo "FAILED: $*" >&2; cat "$folder/log" >&2; exit 1; }

sed -n '/^```swift$/,/^```$/p' "$root/README.md" | sed '/^```/d' | diff - "$root/Examples/First/main.swift" >&2 ||
    { echo "FAILED: the program of the README is not that of Examples/First (above)" >&2; exit 1; }
swift build --package-path "$root/Examples" >&2

built=$root/Examples/.build/debug
brigade=$root/.build/debug/brigade

# serve EXAMPLE WORKERS [PART TARGET]: it is ready when that part is answered.
serve() {
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    (cd "$folder" && exec "$brigade" serve --bind "127.0.0.1:$port" --workers "$2" --worker "$built/$1") \
        >"$folder/log" 2>&1 &
    master=$!
    expect "${3:-"\"status\":\"ok\""}" "${4:-/health/ready}"
}
ask() { curl -sS --retry 30 --retry-delay 1 --retry-connrefused "http://127.0.0.1:$port$1" "${@:2}"; }
# expect PART TARGET...: the part stands in the answer.
expect() {
    local answer
    answer=$(ask "${@:2}") || fail "no answer to ${*:2}"
    [[ $answer == *"$1"* ]] || fail "${*:2}: '$1' expected, and this came: $answer"
}
stop() {
    kill -TERM "$master"
    wait "$master" || fail "exit code $?"
    master=
}
json=(-H 'content-type: application/json')

serve first 1 '"title":"Who pays what"' /openapi.json
expect '{"share":23.0}' '/share?tip=15' "${json[@]}" -d '{"total":60,"people":3}'
expect '{"share":33.0}' /share "${json[@]}" -d '{"total":60}'
expect '"type":"greater_than_equal","loc":["query","tip"]' '/share?tip=-1' "${json[@]}" -d '{"people":0}'
expect '"type":"missing","loc":["body","total"]' '/share?tip=-1' "${json[@]}" -d '{"people":0}'
expect '"operationId":"post_share' /openapi.json
stop

serve to-do 2
expect '{"id":1,"title":"Buy rice","priority":"high","done":false}' \
    /tasks/ "${json[@]}" -H 'X-User: ann' -d '{"title":"Buy rice","priority":"high"}'
expect '"done":true' /tasks/1/done -X PUT -H 'X-User: ann'
expect '{"detail":"You have no such task"}' /tasks/1/done -X PUT -H 'X-User: bob'
expect '[{"id":1' '/tasks/?done=yes' -H 'X-User: ann'
expect '[]' '/tasks/?done=no' -H 'X-User: ann'
expect '"loc":["header","x-user"]' '/tasks/?limit=0'
expect '"loc":["query","limit"]' '/tasks/?limit=0'
expect "Input should be 'low', 'normal' or 'high'" \
    /tasks/ "${json[@]}" -H 'X-User: ann' -d '{"title":"x","priority":"top"}'
stop

export SHOP_USERS=ann:secret,bob:hidden
(unset SHOP_USERS && ! "$built/shop" check >"$folder/log" 2>&1) || fail "a shop without users"
grep -q "SHOP_USERS must be NAME:PASSWORD" "$folder/log" || fail "check says nothing"
[[ $("$built/shop" openapi) == *'"title": "Shop"'* ]] || fail "no document"
serve shop 1
expect "HTTP/1.1 401" /orders/1 -i
expect "www-authenticate: Bearer" /orders/1 -i
expect '{"detail":"Incorrect username or password"}' /token -d 'username=ann&password=wrong'
token() { ask /token -d "username=$1&password=$2" | sed 's/.*"access_token":"\([^"]*\)".*/\1/'; }
ann=(-H "authorization: Bearer $(token ann secret)")
bob=(-H "authorization: Bearer $(token bob hidden)")
expect '{"name":"ann","is_admin":true}' /me "${ann[@]}"
expect '{"detail":"For admins"}' /admin/items "${bob[@]}" "${json[@]}" -d '{"name":"Bowl","cents":900}'
answer=$(ask /admin/items "${bob[@]}" "${json[@]}" -d '{"cents":0,"size":{"width":-1}}')
for part in '"missing","loc":["body","name"]' '["body","cents"]' '["body","size","width"]' '["body","size","height"]'; do
    [[ $answer == *"$part"* ]] || fail "'$part' expected among all that is wrong: $answer"
done
expect '"size":{"width":20.0,"height":8.5},"stock":2' /admin/items "${ann[@]}" "${json[@]}" \
    -d '{"name":"Bowl","cents":900,"stock":2,"size":{"width":20,"height":8.5}}'
expect 'cache-control: no-store' /admin/items -i "${ann[@]}" "${json[@]}" -d '{"name":"Rice","cents":300,"category":"food"}'
expect 'x-total-count: 2' '/items/?limit=1' -i
expect '"code":"no_item","message":"There is no item 77","item":77' /items/77
expect '"code":"no_page"' /nowhere
expect 'x-request-id: ' /nowhere -i
expect '"code":"no_page"' /items/last
expect 'set-cookie: last_item=1; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax' /items/1 -i
expect '"name":"Bowl"' /items/last -H 'cookie: last_item=1'
touch "$folder/events"
ask /events -N >"$folder/events" &
events=$!
until grep -q hello "$folder/events"; do sleep 0.1; done
order() { printf '{"lines":[{"item":1,"count":%s}],"address":{"street":"a","city":"b"},"card":"%s"}' "$1" "$2"; }
good=4000000000000002
expect '"code":"out_of_stock"' /orders/ "${bob[@]}" "${json[@]}" -d "$(order 3 $good)"
expect 'HTTP/1.1 402' /orders/ -i "${bob[@]}" "${json[@]}" -d "$(order 2 4000000000000001)"
expect '"stock":2' /items/1
expect '"user":"bob","lines":[{"item":1,"count":2}],"cents":1800' /orders/ "${bob[@]}" "${json[@]}" -d "$(order 2 $good)"
expect '"stock":0' /items/1
expect '"code":"no_page"' /orders/3 "${ann[@]}"
expect '"cents":1800' /orders/3 "${bob[@]}"
touch "$folder/maintenance"
expect '{"detail":"The shop is closed for a moment"}' /orders/ --retry 0 "${bob[@]}" "${json[@]}" -d "$(order 1 $good)"
rm "$folder/maintenance"
# A drain ends the stream, and its client has all of it; what follows an answer is done.
stop
wait "$events" || fail "the stream of events was cut: $?"
[ "$(grep -c '^data: {"item":1,"stock":[02]}$' "$folder/events")" = 3 ] || fail "events: $(cat "$folder/events")"
grep -q "confirmation sent.*to=bob" "$folder/log" || fail "no confirmation in the log"
grep -q "closed.*orders=1" "$folder/log" || fail "the scope did not end"
unset SHOP_USERS

# What is built already is used again, so that this costs the command and a few files.
package() { swift "$1" --package-path "$folder/hello" --scratch-path "$root/Examples/.build" "${@:2}" >&2; }
new() { (cd "$folder" && "$brigade" new "$@" 2>&1); }
touch "$folder/log"
new hello >/dev/null || fail "brigade new: exit code $?"
echo "// mine" >>"$folder/hello/Sources/hello/main.swift"
! answer=$(new hello) || fail "a package was overwritten"
[[ $answer == *"it exists already; nothing was written"* ]] || fail "brigade new: $answer"
[ "$(tail -n 1 "$folder/hello/Sources/hello/main.swift")" = "// mine" ] || fail "a file was overwritten"
rm -r "$folder/hello"
new hello --brigade "$root" >/dev/null || fail "brigade new --brigade: exit code $?"
# The page's blocks, each under its file's name; there Brigade lies beside the package, and comes by a URL to the image.
page=$root/docs/your-own-package.md
while read -r file; do
    sed -n '/^<!-- file: '"${file//\//\\/}"' -->$/,/^```$/p' "$page" | sed '1,2d; /^```$/d' |
        diff - <(sed "s|\"$root\"|\"../brigade\"|; /brigade=\|--from=brigade/d" "$folder/hello/$file") >&2 ||
        fail "$file of ${page#"$root/"} is not what 'brigade new' writes (above)"
done <<<"$(grep -oP '(?<=^<!-- file: ).*(?= -->$)' "$page")"
package build
package build --product brigade
package test
brigade=$built/brigade
serve hello 1
expect '{"text":"Hello, Ann!"}' /hello/Ann
expect '"operationId":"get_hello' /openapi.json
stop
echo "--- the examples: all well"
