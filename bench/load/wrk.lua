-- A wrk script that prints the results as one line of JSON, latencies in microseconds. Arguments: METHOD [JSON body]
function init(arguments)
    wrk.method = arguments[1]
    if arguments[2] then
        wrk.body = arguments[2]
        wrk.headers["Content-Type"] = "application/json"
    end
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"requests": %d, "seconds": %.6f, "p50": %d, "p99": %d, "refused": %d, "broken": %d, "timeouts": %d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99), errors.status,
        errors.connect + errors.read + errors.write, errors.timeout))
end
