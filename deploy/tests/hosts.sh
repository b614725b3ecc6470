# Functions of many-hosts.sh: hosts on one machine. Each is a network namespace with one interface, on a bridge in a
# namespace of its own. Nothing outside can reach them, and they reach nothing outside.
# shellcheck shell=bash

hosts_prefix=brigade$$
hosts=()

# hosts_up NAME=ADDRESS...: makes hosts, in one subnet of 256 addresses, that know each other by name. Needs root, iproute2
# and iptables.
hosts_up() {
    local host name address names
    names=$(echo "127.0.0.1 localhost"; for host in "$@"; do echo "${host#*=} ${host%%=*}"; done)
    ip netns add "$hosts_prefix-switch"
    ip -n "$hosts_prefix-switch" link add bridge type bridge
    ip -n "$hosts_prefix-switch" link set bridge up
    for host in "$@"; do
        name=${host%%=*} address=${host#*=}
        hosts+=("$name")
        ip netns add "$hosts_prefix-$name"
        ip link add "$name" netns "$hosts_prefix-switch" type veth peer name eth0 netns "$hosts_prefix-$name"
        ip -n "$hosts_prefix-switch" link set "$name" master bridge up
        ip -n "$hosts_prefix-$name" addr add "$address/24" dev eth0
        ip -n "$hosts_prefix-$name" link set eth0 up
        ip -n "$hosts_prefix-$name" link set lo up
        # `ip netns exec` shows it as /etc/hosts.
        mkdir -p "/etc/netns/$hosts_prefix-$name"
        echo "$names" >"/etc/netns/$hosts_prefix-$name/hosts"
    done
}

# hosts_down: ends what still runs on the hosts, and removes them.
hosts_down() {
    local name pid
    disown -a # bash would report each as killed
    for name in "${hosts[@]}" switch; do
        for pid in $(ip netns pids "$hosts_prefix-$name" 2>/dev/null); do kill -KILL "$pid" 2>/dev/null || true; done
        ip netns del "$hosts_prefix-$name" 2>/dev/null || true
        rm -rf "/etc/netns/$hosts_prefix-$name"
    done
    rmdir /etc/netns 2>/dev/null || true
}

# on NAME COMMAND...: runs a command on that host.
on() { ip netns exec "$hosts_prefix-$1" "${@:2}"; }
# start NAME LOG COMMAND...: starts a command on that host. Its pid is in $!.
start() { ip netns exec "$hosts_prefix-$1" "${@:3}" >>"$2" 2>&1 </dev/null & }

# unplug NAME, plug NAME: takes the cable of the host out, and puts it back. Nobody is told: packets are lost.
unplug() { ip -n "$hosts_prefix-switch" link set "$1" down; }
plug() { ip -n "$hosts_prefix-switch" link set "$1" up; }
# separate NAME OTHER..., reunite NAME: what the host sends to the others is lost, and what they send to it.
separate() {
    local other
    for other in "${@:2}"; do
        on "$1" iptables -A INPUT -s "$other" -j DROP
        on "$1" iptables -A OUTPUT -d "$other" -j DROP
    done
}
reunite() { on "$1" iptables -F; }
